/** Servers on this machine for tests: honest ones, such as write bytes by hand, a proxy and a certificate. They know no client. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { SafeFetchOptions } from '../../src/corpus/index.ts';

/** Loopback allowed, no robots.txt, no waiting. */
export const quick: SafeFetchOptions = { allowHttp: true, allowLoopback: true, robots: false, politenessMs: 0 };

export async function listening(t: TestContext, server: net.Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // The client hangs up on purpose.
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export const serve = async (t: TestContext, handler: http.RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(t, http.createServer(handler))}`;

/** A server that writes bytes by hand, for answers that no HTTP library would send. */
export const serveRaw = async (t: TestContext, answer: (socket: net.Socket) => void): Promise<string> => {
  const server = net.createServer((socket) => void socket.once('data', () => answer(socket)));
  return `http://127.0.0.1:${await listening(t, server)}`;
};

export interface Proxy {
  readonly url: string;
  /** What it was asked for: `CONNECT host:port` or `GET address`. */
  readonly asked: string[];
}

/** A proxy that sends everything to `port` of this machine, whatever it is asked for; with a password where one is given. */
export async function proxyTo(t: TestContext, port: number, password?: string): Promise<Proxy> {
  const asked: string[] = [];
  const wanted = password === undefined ? undefined : `Basic ${Buffer.from(password).toString('base64')}`;
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted)
      return void response.writeHead(407).end();
    const { pathname } = new URL(request.url!);
    const onward = http.get(
      { host: '127.0.0.1', port, path: pathname, headers: { host: request.headers.host } },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
  });
  server.on('connect', (request, socket, head) => {
    asked.push(`CONNECT ${request.url}`);
    socket.on('error', () => undefined);
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    const onward = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  return { url: `http://127.0.0.1:${await listening(t, server)}`, asked };
}

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.byteLength < 128 ? [body.byteLength] : [0x82, body.byteLength >> 8, body.byteLength & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const oid = (hex: string) => der(6, Buffer.from(hex, 'hex'));
const time = (text: string) => der(0x18, Buffer.from(text));

/** A certificate of its own issuer for one host name (X.509, RFC 5280), made for this run, and its key. */
export function certificateFor(hostname: string): { key: KeyObject; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(0x30, oid('2a8648ce3d040302')); // ECDSA with SHA-256
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from('Test')))));
  const alternative = der(0x30, oid('551d11'), der(4, der(0x30, der(0x82, Buffer.from(hostname)))));
  const authority = der(0x30, oid('551d13'), der(1, Buffer.from([255])), der(4, der(0x30, der(1, Buffer.from([255])))));
  const body = der(
    0x30,
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1])),
    algorithm,
    name,
    der(0x30, time('20200101000000Z'), time('20991231000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, alternative, authority)),
  );
  const signature = der(3, Buffer.from([0]), sign('sha256', body, privateKey));
  const text = der(0x30, body, algorithm, signature).toString('base64');
  const lines = text.match(/.{1,64}/g)!.join('\n');
  return { key: privateKey, cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` };
}
