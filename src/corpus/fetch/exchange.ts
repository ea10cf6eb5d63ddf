/**
 * One HTTP request to one numeric address, directly or through a proxy, with every limit on what comes back: time, rate,
 * size on the wire, size and ratio after decoding. It follows no redirect and resolves no name.
 */
import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import tls from 'node:tls';
import zlib from 'node:zlib';
import { ExpChatError, errorMessage } from '../../base/index.ts';
import { openTunnel, type ProxyRoute } from './proxy.ts';

export interface FetchLimits {
  /** Bytes of the body as sent. */
  readonly wireBytes: number;
  /** Bytes of the body after decoding. */
  readonly decodedBytes: number;
  /** Decoded bytes per wire byte, judged above 1 MiB of decoded bytes. */
  readonly decodedRatio: number;
  /** All requests for one document, redirects included. */
  readonly totalMs: number;
  readonly firstByteMs: number;
  /** Fewer bytes than this per second over `slowWindowMs` ends the transfer. */
  readonly slowBytesPerSecond: number;
  readonly slowWindowMs: number;
  readonly redirects: number;
}

export const FETCH_LIMITS: FetchLimits = {
  wireBytes: 50 * 2 ** 20,
  decodedBytes: 200 * 2 ** 20,
  decodedRatio: 100,
  totalMs: 300_000,
  firstByteMs: 30_000,
  slowBytesPerSecond: 1024,
  slowWindowMs: 30_000,
  redirects: 5,
};

const RATIO_FREE_BYTES = 2 ** 20;

export interface ExchangeRequest {
  readonly url: URL;
  /** The checked address the connection goes to. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: FetchLimits;
  /** Fires at the end of the total time or when the user stops. */
  readonly signal: AbortSignal;
  /** Bytes after which the rest of the body is not read. */
  readonly enoughBytes?: number;
  /** The request goes through this proxy; `address` is then the proxy's. */
  readonly proxy?: ProxyRoute | undefined;
  /** Certificates (PEM) trusted beside those of Node. */
  readonly certificates?: readonly string[] | undefined;
  /** The body of 200, and of 206 where a range was asked for, goes here instead of into memory. */
  readonly sink?: BodySink | undefined;
}

/** Where a body goes: told of the answer before its first byte, then given the decoded chunks in order. */
export interface BodySink {
  /** Returns the bytes of the document that are there already, which count towards the limit on the wire. */
  begin(answer: AnswerHead): Promise<number>;
  write(chunk: Uint8Array): Promise<void>;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
}

export interface ExchangeAnswer extends AnswerHead {
  /** Decoded body, empty where a sink took it and for a status other than 200. */
  readonly chunks: Uint8Array[];
  readonly bytes: number;
  readonly sha256: string;
}

export function networkError(
  code: string,
  url: URL,
  expectedGot: string,
  next: string,
  more: { readonly cause?: unknown; readonly status?: number } = {},
): ExpChatError {
  const where = `${url.origin}${url.pathname}`;
  return new ExpChatError({
    code: `corpus.${code}`,
    kind: 'network',
    message: `${where}: ${expectedGot}`,
    next,
    fields: { url: where, ...(more.status === undefined ? {} : { status: more.status }) },
    cause: more.cause,
  });
}

/** Sends a GET and reads the answer. Throws a typed error for every limit and every failure of the network. */
export async function exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
  const response = await open(request);
  try {
    const status = response.statusCode ?? 0;
    const wanted = status === 200 || (status === 206 && request.headers['Range'] !== undefined);
    if (!wanted) return { status, headers: response.headers, chunks: [], bytes: 0, sha256: '' };
    return { status, headers: response.headers, ...(await readBody(request, response)) };
  } finally {
    response.destroy();
  }
}

async function open(request: ExchangeRequest): Promise<http.IncomingMessage> {
  const { url, proxy, limits, signal } = request;
  const secure = url.protocol === 'https:';
  if (proxy === undefined || !secure) return send(request, directOptions(request));
  const trusted = trust(request.certificates);
  const tunnel = await openTunnel(proxy, { url, signal, timeoutMs: limits.firstByteMs, ...trusted }).catch((error) => {
    throw error instanceof ExpChatError ? error : connectionError(request, error);
  });
  const hostname = hostnameOf(url);
  return send(request, {
    createConnection: () =>
      tls.connect({ socket: tunnel, host: hostname, ...serverName(hostname), ...trusted, ALPNProtocols: ['http/1.1'] }),
  });
}

export const hostnameOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
const serverName = (hostname: string) => (isIP(hostname) === 0 ? { servername: hostname.replace(/\.$/, '') } : {});
const trust = (certificates: readonly string[] | undefined) =>
  certificates === undefined || certificates.length === 0 ? {} : { ca: [...tls.rootCertificates, ...certificates] };

/** The connection itself: to the checked address, or to the proxy that is asked for the whole address. */
function directOptions({ url, address, proxy, certificates }: ExchangeRequest): https.RequestOptions {
  const secure = (proxy?.url ?? url).protocol === 'https:';
  const end = proxy?.url ?? url;
  const agent = new (secure ? https : http).Agent({ keepAlive: false }); // Its own: no proxy of the environment, no reuse.
  return {
    host: address, // Numeric, so no name is looked up again; the name only goes into Host and TLS.
    port: end.port === '' ? (secure ? 443 : 80) : Number(end.port),
    agent,
    ...(secure ? { ...serverName(hostnameOf(end)), ...trust(certificates) } : {}),
    lookup: (name, _options, done) => done(new Error(`${name}: a checked address was expected`), '', 0),
  };
}

function send(request: ExchangeRequest, connection: https.RequestOptions): Promise<http.IncomingMessage> {
  const { url, proxy, limits, signal } = request;
  const plainProxy = proxy !== undefined && url.protocol === 'http:';
  const secure = plainProxy ? proxy.url.protocol === 'https:' : url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(error instanceof ExpChatError ? error : connectionError(request, error));
    };
    const sent = (secure ? https : http).request({
      ...connection,
      path: plainProxy ? `${url.origin}${url.pathname}${url.search}` : `${url.pathname}${url.search}`,
      headers: { Host: url.host, ...request.headers, ...(plainProxy ? proxy.headers : {}) },
      maxHeaderSize: 16 * 1024,
      signal,
    });
    const timer = setTimeout(() => {
      const expected = `expected an answer within ${limits.firstByteMs} ms, got none`;
      sent.destroy(networkError('http-timeout', url, expected, 'The server is slow or down; try again later.'));
    }, limits.firstByteMs);
    let hints = 0;
    sent.on('information', () => {
      if (++hints > 10) sent.destroy(new Error('more than 10 interim answers'));
    });
    sent.on('error', fail);
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail(new Error('an answer in another protocol'));
    });
    sent.on('close', () => fail(new Error('no answer before the end'))); // Nothing any more where there was one.
    sent.on('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    sent.end();
  });
}

function connectionError(request: ExchangeRequest, error: unknown): ExpChatError {
  if (request.signal.aborted) return abortError(request);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const unreachable = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EADDRNOTAVAIL'].includes(code);
  const expected = `expected an HTTP answer, got ${code || errorMessage(error)}`;
  const next = unreachable ? 'Check the network and the address of the source.' : 'Check the source in a browser.';
  return networkError(unreachable ? 'unreachable' : 'http-broken', request.url, expected, next, { cause: error });
}

/** A stop by the user arrives as our own error in the signal's reason; all else is the end of the total time. */
function abortError(request: ExchangeRequest): ExpChatError {
  const { reason } = request.signal;
  if (reason instanceof ExpChatError) return reason;
  const expected = `expected the whole document within ${request.limits.totalMs} ms, got a part`;
  return networkError('http-timeout', request.url, expected, 'Raise the limit or fetch the file by other means.', {
    cause: reason,
  });
}

async function readBody(
  request: ExchangeRequest,
  response: http.IncomingMessage,
): Promise<Pick<ExchangeAnswer, 'chunks' | 'bytes' | 'sha256'>> {
  const { url, limits, enoughBytes, sink } = request;
  const decoder = decoderFor(url, response.headers);
  const before = (await sink?.begin({ status: response.statusCode ?? 0, headers: response.headers })) ?? 0;
  const announced = before + Number(response.headers['content-length'] ?? 0);
  if (announced > limits.wireBytes && enoughBytes === undefined) throw tooLarge(url, limits.wireBytes, `${announced}`);
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let wire = 0;
  let bytes = 0;
  const rate = watchRate(request, response, () => wire);
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      wire += chunk.byteLength;
      if (before + wire > limits.wireBytes) throw tooLarge(url, limits.wireBytes, 'more');
      yield chunk;
    }
  }
  const decoded = decoder === undefined ? undefined : decodedBy(decoder, counted());
  try {
    for await (const chunk of decoded ?? counted()) {
      bytes += chunk.byteLength;
      if (decoded !== undefined) refuseBomb(request, bytes, wire);
      hash.update(chunk);
      if (sink === undefined) chunks.push(chunk);
      else await sink.write(chunk);
      if (enoughBytes !== undefined && bytes >= enoughBytes) break;
    }
  } catch (error) {
    throw bodyError(request, error);
  } finally {
    clearInterval(rate);
    decoder?.destroy();
  }
  return { chunks, bytes, sha256: hash.digest('hex') };
}

/** What a decoder makes of the bytes; an error on their way ends it. A plain body is read without this, chunk by chunk. */
function decodedBy(decoder: zlib.Gunzip, bytes: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(bytes, { objectMode: false });
  source.on('error', (error) => decoder.destroy(error));
  decoder.on('close', () => source.destroy());
  return source.pipe(decoder) as AsyncIterable<Uint8Array>;
}

function refuseBomb({ url, limits }: ExchangeRequest, bytes: number, wire: number): void {
  const { decodedBytes, decodedRatio } = limits;
  if (bytes <= decodedBytes && (bytes <= RATIO_FREE_BYTES || bytes <= decodedRatio * wire)) return;
  const expected = `expected at most ${decodedBytes} bytes and ${decodedRatio}:1 after decoding, got more`;
  throw networkError('decompression-bomb', url, expected, 'Do not use this source.');
}

function bodyError(request: ExchangeRequest, error: unknown): ExpChatError {
  if (error instanceof ExpChatError) return error;
  if (request.signal.aborted) return abortError(request);
  const expected = `expected a complete body, got ${(error as NodeJS.ErrnoException).code ?? errorMessage(error)}`;
  return networkError('http-truncated', request.url, expected, 'Run the command again.', { cause: error });
}

/** At most one encoding in all: a chain of them multiplies. */
function decoderFor(url: URL, headers: http.IncomingHttpHeaders): zlib.Gunzip | undefined {
  const header = headers['content-encoding'];
  const encoding = (header ?? '').trim().toLowerCase();
  const transfer = (headers['transfer-encoding'] ?? 'chunked').trim().toLowerCase();
  if (transfer !== 'chunked' && transfer !== 'identity') throw wrongEncoding(url, transfer);
  if (encoding === '' || encoding === 'identity') return undefined;
  if (encoding === 'gzip' || encoding === 'x-gzip') return zlib.createGunzip();
  if (encoding === 'deflate') return zlib.createInflate() as zlib.Gunzip;
  if (encoding === 'br') return zlib.createBrotliDecompress() as zlib.Gunzip;
  throw wrongEncoding(url, header ?? '');
}

function wrongEncoding(url: URL, found: string): ExpChatError {
  const expected = `expected one encoding of gzip, deflate or br, got ${JSON.stringify(found.slice(0, 100))}`;
  return networkError('http-encoding', url, expected, 'Do not use this source.');
}

function tooLarge(url: URL, limit: number, found: string): ExpChatError {
  const next = 'Download the file by other means and name it as a local file.';
  return networkError('http-too-large', url, `expected at most ${limit} bytes, got ${found}`, next);
}

/** Ends a transfer that stays under the lowest rate for a whole window; looks four times a window. */
function watchRate(request: ExchangeRequest, response: http.IncomingMessage, wire: () => number): NodeJS.Timeout {
  const { slowBytesPerSecond, slowWindowMs } = request.limits;
  const counts: number[] = [0];
  return setInterval(() => {
    counts.push(wire());
    const before = counts.at(-5);
    if (before === undefined || wire() - before >= (slowBytesPerSecond * slowWindowMs) / 1000) return;
    const expected = `expected at least ${slowBytesPerSecond} bytes a second, got ${wire() - before} in ${slowWindowMs} ms`;
    response.destroy(networkError('http-slow', request.url, expected, 'The server is slow; try again later.'));
  }, slowWindowMs / 4);
}
