/** Answers that no honest server gives, byte by byte, each with the error it must end in. They know no client. */
import type net from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

export interface HostileAnswer {
  readonly name: string;
  readonly code: string;
  readonly answer: (socket: net.Socket) => void;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

const once = (bytes: string | Buffer) => (socket: net.Socket) => void socket.end(bytes);
const kept = (bytes: string | Buffer) => (socket: net.Socket) => void socket.write(bytes);

/** Writes `first`, then `again` every 20 ms until the client hangs up. */
const drip = (first: string, again: string) => (socket: net.Socket) => {
  socket.write(first);
  const timer = setInterval(() => socket.write(again), 20);
  socket.on('close', () => clearInterval(timer));
};

const encoded = (encoding: string, body: Buffer) =>
  once(
    Buffer.concat([
      Buffer.from(`${OK}Content-Encoding: ${encoding}\r\nContent-Length: ${body.byteLength}\r\n\r\n`),
      body,
    ]),
  );

const status = (line: string, headers = '') => once(`HTTP/1.1 ${line}\r\n${headers}Content-Length: 0\r\n\r\n`);

const zeros = Buffer.alloc(16 * 2 ** 20);
const page = gzipSync('Größe 5 €'.repeat(100));
const chunk = `${(2 ** 14).toString(16)}\r\n${'x'.repeat(2 ** 14)}\r\n`;

const TABLE: readonly (readonly [string, string, (socket: net.Socket) => void])[] = [
  ['announced size', 'http-too-large', kept(`${OK}Content-Length: 99999999\r\n\r\n`)],
  ['endless body', 'http-too-large', drip(`${OK}\r\n`, 'x'.repeat(2 ** 14))],
  ['endless chunks', 'http-too-large', drip(CHUNKED, chunk)],
  ['drip of single bytes', 'http-slow', drip(`${OK}\r\n`, 'x')],
  ['drip of single chunks', 'http-slow', drip(CHUNKED, '1\r\nx\r\n')],
  ['silent body', 'http-slow', kept(`${OK}Content-Length: 100\r\n\r\n`)],
  ['silence after the first byte', 'http-slow', kept(`${OK}Content-Length: 100\r\n\r\nx`)],
  ['silence', 'http-timeout', () => undefined],
  ['half a status line', 'http-timeout', kept('HTTP/1.1 2')],
  ['drip of headers', 'http-timeout', drip(OK, 'X-A: b\r\n')],
  ['drip of early hints', 'http-broken', drip('', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5))],
  ['flood of early hints', 'http-broken', kept('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50))],
  ['one huge header', 'http-broken', kept(`${OK}X-A: ${'x'.repeat(20_000)}\r\n\r\n`)],
  ['ten thousand headers', 'http-broken', kept(`${OK}${'X-A: b\r\n'.repeat(10_000)}\r\n`)],
  ['NUL in a header', 'http-broken', once(`${OK}X-A: a\0b\r\n\r\n`)],
  ['another protocol', 'http-broken', once('SSH-2.0-x\r\n')],
  ['a page without a head', 'http-broken', once('<html>Hallo</html>\r\n\r\n')],
  ['status of five digits', 'http-broken', once('HTTP/1.1 20000 OK\r\n\r\n')],
  ['negative length', 'http-broken', once(`${OK}Content-Length: -5\r\n\r\nhallo`)],
  ['two lengths', 'http-broken', once(`${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhallo!`)],
  ['length and chunks', 'http-broken', once(`${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)],
  ['length beyond all numbers', 'http-broken', once(`${OK}Content-Length: ${'9'.repeat(40)}\r\n\r\nx`)],
  ['hang up', 'http-broken', (socket) => void socket.destroy()],
  ['hang up in the head', 'http-broken', once(OK)],
  ['cut body', 'http-truncated', once(`${OK}Content-Length: 100\r\n\r\nkurz`)],
  ['cut chunk', 'http-truncated', once(`${CHUNKED}5\r\nab`)],
  ['chunks without an end', 'http-truncated', once(`${CHUNKED}2\r\nab\r\n`)],
  ['chunk size beyond all numbers', 'http-truncated', once(`${CHUNKED}FFFFFFFFFFFFFFFFFF\r\nab\r\n`)],
  ['chunk size that is no number', 'http-truncated', once(`${CHUNKED}xyz\r\nab\r\n0\r\n\r\n`)],
  ['endless extension of a chunk', 'http-truncated', kept(`${CHUNKED}2;${'x'.repeat(40_000)}\r\nab\r\n0\r\n\r\n`)],
  ['huge trailer', 'http-truncated', kept(`${CHUNKED}2\r\nab\r\n0\r\nX-A: ${'x'.repeat(40_000)}\r\n\r\n`)],
  ['gzip bomb', 'decompression-bomb', encoded('gzip', gzipSync(zeros))],
  ['brotli bomb', 'decompression-bomb', encoded('br', brotliCompressSync(zeros))],
  ['deflate bomb', 'decompression-bomb', encoded('deflate', deflateSync(zeros))],
  ['zstd bomb', 'http-encoding', encoded('zstd', zstdCompressSync(zeros))],
  ['chain of five encodings', 'http-encoding', encoded('gzip, gzip, gzip, gzip, gzip', gzipSync(gzipSync(zeros)))],
  ['two headers of encodings', 'http-encoding', encoded('gzip\r\nContent-Encoding: br', page)],
  ['encoding of the transfer', 'http-encoding', once(`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`)],
  ['strange encoding', 'http-encoding', encoded('compress', page)],
  ['cut gzip', 'http-truncated', encoded('gzip', page.subarray(0, -9))],
  ['no gzip', 'http-truncated', encoded('gzip', Buffer.from('kurz'))],
  ['redirect to itself', 'http-redirects', status('302 Found', 'Location: /\r\n')],
  ['redirect without a place', 'http-status', status('302 Found')],
  ['redirect to a script', 'url-refused', status('302 Found', 'Location: javascript:alert(1)\r\n')],
  ['redirect to a file', 'url-refused', status('301 Moved', 'Location: file:///etc/passwd\r\n')],
  ['redirect into the own network', 'address-refused', status('307 Moved', 'Location: http://169.254.169.254/\r\n')],
  ['redirect with a password', 'url-refused', status('308 Moved', 'Location: http://a:b@example.com/\r\n')],
  ['no content', 'http-status', once('HTTP/1.1 204 No Content\r\n\r\n')],
  [
    'another protocol asked for',
    'http-broken',
    once('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
  ],
  ['not found', 'http-status', status('404 Not Found')],
  ['a login', 'http-status', status('401 Unauthorized', 'WWW-Authenticate: Basic\r\n')],
  ['unasked 304', 'http-status', once('HTTP/1.1 304 Not Modified\r\n\r\n')],
  [
    'unasked part',
    'http-status',
    once('HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 1\r\n\r\nx'),
  ],
  ['busy for ever', 'http-status', status('503 Busy', 'Retry-After: 0\r\n')],
  ['busy for a year', 'http-status', status('429 Busy', 'Retry-After: 31536000\r\n')],
  ['busy until a word', 'http-status', status('503 Busy', 'Retry-After: bald\r\n')],
];

export const HOSTILE_ANSWERS: readonly HostileAnswer[] = TABLE.map(([name, code, answer]) => ({
  name,
  code: `corpus.${code}`,
  answer,
}));
