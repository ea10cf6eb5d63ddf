/**
 * The way through a company's proxy: CONNECT (RFC 9110, 9.3.6) for https, the whole address in the request line for http.
 * It knows the proxy's address and nothing about what may be fetched.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { ExpChatError } from '../../base/index.ts';

export interface ProxySettings {
  /** `http://proxy.example:3128`; a user name and a password in it go to the proxy alone. */
  readonly url: string;
  /** Hosts that are reached without it: `intern.example` and all below it, or `*` for none at all. */
  readonly except?: readonly string[];
}

/** A proxy as one request uses it. */
export interface ProxyRoute {
  /** Without user name and password. */
  readonly url: URL;
  /** Numeric. */
  readonly address: string;
  /** `Proxy-Authorization`, where the proxy asks for one. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The proxy's address without credentials and the header made of them. Throws `corpus.bad-proxy`. */
export function parseProxy({ url }: ProxySettings): Omit<ProxyRoute, 'address'> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new ExpChatError({
      code: 'corpus.bad-proxy',
      kind: 'usage',
      message: 'corpus.proxy: expected an address such as http://proxy.example:3128, got something else',
      next: 'Correct corpus.proxy in expchat.yaml or EXPCHAT_CORPUS_PROXY.',
    });
  }
  const { username, password } = parsed;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers: Record<string, string> =
    username === '' && password === ''
      ? {}
      : { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
  return { url: new URL(`${parsed.protocol}//${parsed.host}`), headers };
}

/** Whether a host is reached without the proxy. */
export function bypasses({ except }: ProxySettings, hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return (except ?? []).some((entry) => {
    const suffix = entry.toLowerCase().replace(/^\*?\./, '');
    return entry === '*' || name === suffix || name.endsWith(`.${suffix}`);
  });
}

export interface TunnelRequest {
  /** Where the tunnel goes. */
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly ca?: string[];
}

/** Opens a tunnel to the host of `url`. Throws `corpus.proxy-refused` where the proxy answers anything but 200. */
export function openTunnel(proxy: ProxyRoute, { url, signal, timeoutMs, ca }: TunnelRequest): Promise<Socket> {
  const secure = proxy.url.protocol === 'https:';
  const target = `${url.hostname}:${url.port === '' ? 443 : url.port}`;
  return new Promise((resolve, reject) => {
    const sent = (secure ? https : http).request({
      host: proxy.address,
      port: proxy.url.port === '' ? (secure ? 443 : 80) : Number(proxy.url.port),
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...proxy.headers },
      agent: new (secure ? https : http).Agent({ keepAlive: false }),
      maxHeaderSize: 16 * 1024,
      signal,
      ...(secure ? { servername: proxy.url.hostname, ...(ca === undefined ? {} : { ca }) } : {}),
    });
    const timer = setTimeout(() => sent.destroy(refused(proxy, url, 'none')), timeoutMs);
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.on('close', () => {
      clearTimeout(timer);
      reject(refused(proxy, url, 'none')); // Nothing any more where it was opened or refused.
    });
    sent.on('connect', (response, socket, head) => {
      clearTimeout(timer);
      if (response.statusCode === 200 && head.byteLength === 0) return resolve(socket);
      socket.destroy();
      reject(refused(proxy, url, `status ${response.statusCode}`));
    });
    sent.end();
  });
}

function refused(proxy: ProxyRoute, url: URL, got: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.proxy-refused',
    kind: 'network',
    message: `${url.origin}: expected a way through the proxy ${proxy.url.origin}, got ${got}`,
    next:
      got === 'status 407'
        ? 'The proxy wants a user name and a password: put them into EXPCHAT_CORPUS_PROXY.'
        : 'Ask who runs the proxy whether it lets this address through.',
    fields: { url: url.origin, proxy: proxy.url.origin },
  });
}
