/**
 * The one way to the network. Every request, redirects and robots.txt included, goes: check the URL, resolve the name
 * once, check every numeric address, connect to exactly the checked one. It keeps to robots.txt (RFC 9309) and to one
 * request a second and host. It stores nothing.
 */
import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Clock, ExpChatError, systemClock } from '../../base/index.ts';
import { isLoopback, isPrivateAddress, isPublicAddress } from './addresses.ts';
import {
  type BodySink,
  type ExchangeAnswer,
  exchange,
  FETCH_LIMITS,
  type FetchLimits,
  hostnameOf,
  networkError,
} from './exchange.ts';
import { PartialFile } from './partial-file.ts';
import { bypasses, type ProxyRoute, type ProxySettings, parseProxy } from './proxy.ts';
import { ROBOTS_BYTES, robotsAllows } from './robots.ts';

/** Numeric addresses of a host name, in order of preference. */
export type Resolver = (hostname: string) => Promise<readonly string[]>;

export interface SafeFetchOptions {
  /** Version of the program, for the User-Agent. */
  readonly version?: string;
  /** Also http, not only https. */
  readonly allowHttp?: boolean;
  /** Allows 127.0.0.0/8 and ::1 on any port; for tests and for servers on this machine. */
  readonly allowLoopback?: boolean;
  /**
   * Hosts of the own network that may be fetched from, as `host` or `host:port`, in the words the sources use. Their
   * addresses may be private (RFC 1918, RFC 4193, RFC 6598); loopback only where the entry itself is this machine.
   */
  readonly allowPrivate?: readonly string[];
  readonly ports?: readonly number[];
  /**
   * Every request goes through it. A name that this machine can resolve is checked as without it; then, and where it can
   * not be resolved here, the proxy decides which address the name has.
   */
  readonly proxy?: ProxySettings;
  /** Certificates (PEM) trusted beside those of Node. */
  readonly certificates?: readonly string[];
  readonly limits?: Partial<FetchLimits>;
  readonly resolver?: Resolver;
  /** Default true. */
  readonly robots?: boolean;
  /** Between two requests to one host. Default 1,000. */
  readonly politenessMs?: number;
  readonly clock?: Clock;
}

export interface SafeFetchRequest {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** robots.txt is not asked: the owner offers the address for download. */
  readonly ignoreRobots?: boolean | undefined;
}

/** A document in a file. */
export type DownloadAnswer = Omit<SafeFetchAnswer, 'chunks'>;

export interface SafeFetchAnswer {
  /** 304 to a request with `etag` or `lastModified`; then there is no body. */
  readonly notModified: boolean;
  readonly url: string;
  readonly chunks: Uint8Array[];
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType?: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

const PRODUCT = 'expchat';
const WEB_PORTS: readonly number[] = [80, 443];
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const ROBOTS_LIFE_MS = 24 * 3600 * 1000;
const LONGEST_WAIT_MS = 120_000;
/** What is fetched into memory, whatever a file may have. */
const MEMORY_BYTES = 64 * 2 ** 20;
/** Times a transfer that was cut is gone on with in one download, whether it brought anything or not. */
const RESUMES = 3;
/** Names that only a local network gives a meaning to; a proxy is never asked for them. */
const LOCAL_NAME =
  /^[^.]*$|(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home|corp|private|test|home\.arpa)$/i;

/** Fetches one document with a fetcher of its own. */
export async function safeFetch(
  url: string,
  options: SafeFetchOptions & SafeFetchRequest = {},
): Promise<SafeFetchAnswer> {
  return new SafeFetcher(options).fetch(url, options);
}

/** What every hop of one request shares. */
interface Asked {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly robots: boolean;
  readonly limits: FetchLimits;
  readonly enoughBytes?: number;
  readonly sink?: BodySink | undefined;
}

interface Robots {
  /** Undefined: nothing may be fetched. */
  readonly text: string | undefined;
  readonly readAtMs: number;
}

/** Keeps what politeness needs between requests: the last request by host, robots.txt by origin. */
export class SafeFetcher {
  readonly #options: SafeFetchOptions;
  readonly #limits: FetchLimits;
  readonly #memoryLimits: FetchLimits;
  readonly #clock: Clock;
  readonly #resolver: Resolver;
  readonly #nextAtMs = new Map<string, number>();
  readonly #robots = new Map<string, Robots>();
  readonly #proxy: Omit<ProxyRoute, 'address'> | undefined;

  constructor(options: SafeFetchOptions = {}) {
    this.#options = options;
    this.#limits = { ...FETCH_LIMITS, ...options.limits };
    const { wireBytes, decodedBytes } = this.#limits;
    const most = (bytes: number) => Math.min(bytes, MEMORY_BYTES);
    this.#memoryLimits = { ...this.#limits, wireBytes: most(wireBytes), decodedBytes: most(decodedBytes) };
    this.#clock = options.clock ?? systemClock;
    this.#resolver = options.resolver ?? systemResolver;
    for (const pem of options.certificates ?? []) checkCertificate(pem);
    this.#proxy = options.proxy === undefined ? undefined : parseProxy(options.proxy);
  }

  /** Fetches a document of at most 64 MiB into memory. Throws `corpus.url-refused`, `corpus.address-refused` and the errors of `exchange`. */
  async fetch(url: string, request: SafeFetchRequest = {}): Promise<SafeFetchAnswer> {
    const conditional = conditionalHeaders(request);
    const { answer, at } = await this.#patiently(url, conditional, request);
    const { chunks } = answer;
    return { ...finished(answer, at, Object.keys(conditional).length > 0), chunks };
  }

  /**
   * Fetches a document into `file`. What came before a cut stays beside it and is gone on with (Range, If-Range), by this
   * call and by the next one, where the server names the version it sent.
   */
  async download(url: string, file: string, request: SafeFetchRequest = {}): Promise<DownloadAnswer> {
    for (let attempt = 0; ; attempt++) {
      const part = await PartialFile.open(file, url);
      const before = part.length;
      const headers = part.resumeHeaders() ?? conditionalHeaders(request);
      try {
        const { answer, at } = await this.#patiently(url, headers, request, part);
        if (answer.status === 416 && before > 0 && attempt < RESUMES) {
          await part.discard();
          continue;
        }
        const facts = finished(answer, at, headers['Range'] === undefined && Object.keys(headers).length > 0);
        if (facts.notModified) {
          await part.discard();
          return facts;
        }
        return { ...facts, ...(await part.complete(at)) };
      } catch (error) {
        await part.close();
        const cut = error instanceof ExpChatError && error.code === 'corpus.http-truncated';
        if (!(cut && part.length > 0 && part.resumable && attempt < RESUMES)) throw error;
      }
    }
  }

  /** Sends the request again where the server is busy and says when to come back. */
  async #patiently(url: string, headers: Record<string, string>, request: SafeFetchRequest, sink?: BodySink) {
    for (let attempt = 1; ; attempt++) {
      const signal = this.#deadline(request.signal);
      const robots = request.ignoreRobots !== true;
      const limits = sink === undefined ? this.#memoryLimits : this.#limits;
      const found = await this.#follow(this.#checkedUrl(url), { headers, signal, robots, limits, sink });
      const wait = attempt > 2 ? undefined : retryAfterMs(found.answer, this.#clock);
      if (wait === undefined) return found;
      await this.#sleep(wait, request.signal);
    }
  }

  /** Follows redirects; every hop is checked as if it were the first. */
  async #follow(start: URL, asked: Asked) {
    let at = start;
    for (let hops = 0; ; hops++) {
      if (asked.robots && this.#options.robots !== false) await this.#obeyRobots(at, asked.signal);
      const answer = await this.#once(at, asked);
      const location = answer.headers.location;
      if (!REDIRECTS.has(answer.status) || location === undefined) return { answer, at };
      if (hops >= this.#limits.redirects) {
        const expected = `expected at most ${this.#limits.redirects} redirects, got more`;
        throw networkError('http-redirects', start, expected, 'Name the final address of the document.');
      }
      const next = URL.canParse(location, at.href) ? new URL(location, at.href).href : location;
      const target = this.#checkedUrl(next);
      if (at.protocol === 'https:' && target.protocol === 'http:') {
        throw refusedUrl(next, 'a redirect that stays on https');
      }
      at = target;
    }
  }

  async #once(url: URL, { headers, signal, limits, enoughBytes, sink }: Asked) {
    const route = await this.#routeTo(url, signal);
    await this.#takeTurn(url.hostname, signal);
    return exchange({
      url,
      ...route,
      headers: {
        'User-Agent': `ExpChat/${this.#options.version ?? '0'} (+corpus fetch)`,
        Accept: 'text/html, text/markdown, text/plain, application/jsonl, */*;q=0.5',
        'Accept-Encoding': 'gzip, br',
        Connection: 'close',
        ...headers,
      },
      limits,
      signal,
      certificates: this.#options.certificates,
      sink,
      ...(enoughBytes === undefined ? {} : { enoughBytes }),
    });
  }

  /** Scheme, credentials and port; the host is judged by its addresses only. */
  #checkedUrl(text: string): URL {
    if (!URL.canParse(text)) throw refusedUrl(text, 'a URL');
    const url = new URL(text);
    url.hash = '';
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.#options.allowHttp === true)) {
      throw refusedUrl(
        text,
        this.#options.allowHttp === true ? 'https or http' : 'https (or http, allowed by its flag)',
      );
    }
    if (url.username !== '' || url.password !== '') throw refusedUrl(text, 'no user name or password in the URL');
    if (!this.#plainPort(url) && !this.#isOwnHost(url) && this.#options.allowLoopback !== true) {
      throw refusedUrl(text, `one of the ports ${(this.#options.ports ?? WEB_PORTS).join(', ')}`);
    }
    return url;
  }

  #plainPort(url: URL): boolean {
    return url.port === '' || (this.#options.ports ?? WEB_PORTS).includes(Number(url.port));
  }

  /** Whether the user named this host, with this port where it is no usual one, as one of the own network. */
  #isOwnHost(url: URL): boolean {
    const host = url.hostname.replace(/\.$/, '');
    const names = url.port === '' || this.#plainPort(url) ? [host, `${host}:${url.port}`] : [`${host}:${url.port}`];
    return (this.#options.allowPrivate ?? []).some((entry) => names.includes(entry.toLowerCase()));
  }

  /** The checked address to connect to, and the proxy where there is one in between. */
  async #routeTo(url: URL, signal: AbortSignal): Promise<{ address: string; proxy?: ProxyRoute }> {
    const proxy = this.#proxy;
    if (proxy === undefined || bypasses(this.#options.proxy!, hostnameOf(url))) {
      return { address: preferred(this.#checked(url, await this.#addressesOf(url, signal))) };
    }
    const known = await this.#addressesOf(url, signal).catch((error: unknown) => {
      const unknown = error instanceof ExpChatError && error.code === 'corpus.unreachable';
      if (!unknown || signal.aborted) throw error;
      if (LOCAL_NAME.test(url.hostname.replace(/\.$/, '')) && !this.#isOwnHost(url))
        throw refusedAddress(url, url.hostname);
      return undefined; // The proxy resolves it, as where a company keeps foreign names to its proxy.
    });
    if (known !== undefined) this.#checked(url, known);
    const address = preferred(await this.#addressesOf(proxy.url, signal));
    return { address, proxy: { ...proxy, address } };
  }

  async #addressesOf(url: URL, signal: AbortSignal): Promise<readonly string[]> {
    const hostname = hostnameOf(url);
    return isIP(hostname) === 0 ? this.#resolve(url, hostname, signal) : [hostname];
  }

  /** The addresses, refused unless every one may be connected to: one bad answer spoils the name. */
  #checked(url: URL, addresses: readonly string[]): readonly string[] {
    const own = this.#isOwnHost(url);
    const thisMachine = own && (hostnameOf(url) === 'localhost' || isLoopback(hostnameOf(url)));
    for (const address of addresses) {
      const local = (this.#options.allowLoopback === true || thisMachine) && isLoopback(address);
      const inHouse = own && (isPrivateAddress(address) || isPublicAddress(address));
      if (!local && !inHouse && !(this.#plainPort(url) && isPublicAddress(address))) throw refusedAddress(url, address);
    }
    return addresses;
  }

  async #resolve(url: URL, hostname: string, signal: AbortSignal): Promise<readonly string[]> {
    const unreachable = (cause: unknown) =>
      networkError('unreachable', url, 'expected an address of the host, got none', 'Check the network and the name.', {
        cause,
      });
    const addresses = await withSignal(this.#resolver(hostname), signal).catch((cause: unknown) => {
      if (cause instanceof ExpChatError) throw cause;
      throw unreachable(cause);
    });
    if (addresses.length === 0) throw unreachable(undefined);
    return addresses;
  }

  async #takeTurn(host: string, signal: AbortSignal): Promise<void> {
    const now = this.#clock.nowMs();
    const at = Math.max(now, this.#nextAtMs.get(host) ?? 0);
    this.#nextAtMs.set(host, at + (this.#options.politenessMs ?? 1000));
    if (at > now) await this.#sleep(at - now, signal);
  }

  async #sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#clock.sleep(durationMs, signal).catch((reason: unknown) => {
      throw reason instanceof ExpChatError ? reason : stopped(reason);
    });
  }

  async #obeyRobots(url: URL, signal: AbortSignal): Promise<void> {
    let robots = this.#robots.get(url.origin);
    if (robots === undefined || this.#clock.nowMs() - robots.readAtMs > ROBOTS_LIFE_MS) {
      robots = { text: await this.#readRobots(url, signal), readAtMs: this.#clock.nowMs() };
      this.#robots.set(url.origin, robots);
    }
    if (robots.text !== undefined && robotsAllows(robots.text, PRODUCT, `${url.pathname}${url.search}`)) return;
    throw new ExpChatError({
      code: 'corpus.robots',
      kind: 'refused',
      message: `${url.origin}${url.pathname}: expected a path that robots.txt allows, got one it does not`,
      next: 'Ask the owner of the site for the document.',
      fields: { url: url.href },
    });
  }

  /** A missing file allows all; a server that fails or does not answer allows nothing (RFC 9309, 2.3.1). */
  async #readRobots(url: URL, signal: AbortSignal): Promise<string | undefined> {
    const asked: Asked = { headers: {}, signal, robots: false, limits: this.#memoryLimits, enoughBytes: ROBOTS_BYTES };
    const { answer } = await this.#follow(new URL('/robots.txt', url.origin), asked);
    if (answer.status >= 500 || answer.status === 429) return undefined;
    if (answer.status !== 200) return '';
    return new TextDecoder().decode(Buffer.concat(answer.chunks).subarray(0, ROBOTS_BYTES));
  }

  /** The user's signal and the total time in one; a stop by the user carries our own error. */
  #deadline(signal: AbortSignal | undefined): AbortSignal {
    const timeout = AbortSignal.timeout(this.#limits.totalMs);
    if (signal === undefined) return timeout;
    const stop = new AbortController();
    const forward = () => stop.abort(stopped(signal.reason));
    if (signal.aborted) forward();
    else signal.addEventListener('abort', forward, { once: true, signal: timeout });
    return AbortSignal.any([timeout, stop.signal]);
  }
}

const systemResolver: Resolver = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

function stopped(cause: unknown): ExpChatError {
  const message = 'corpus fetch: stopped on request';
  const next = 'Run the same command again; it continues where it stopped.';
  return new ExpChatError({ code: 'corpus.stopped', kind: 'stopped', message, next, cause });
}

function checkCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new ExpChatError({
      code: 'corpus.bad-certificate',
      kind: 'usage',
      message: 'corpus.certificates: expected certificates as PEM, got something else',
      next: 'Name a file that begins with -----BEGIN CERTIFICATE-----.',
      cause,
    });
  }
}

const preferred = (addresses: readonly string[]): string =>
  addresses.find((address) => isIP(address) === 4) ?? addresses[0]!;

function conditionalHeaders({ etag, lastModified }: SafeFetchRequest): Record<string, string> {
  return {
    ...(etag === undefined ? {} : { 'If-None-Match': etag }),
    ...(lastModified === undefined ? {} : { 'If-Modified-Since': lastModified }),
  };
}

function refusedAddress(url: URL, address: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.address-refused',
    kind: 'refused',
    message: `${url.origin}: expected a public address, got ${address}`,
    next: 'Name a host of your own network under corpus.allowPrivate, or give its documents as a folder or a file.',
    fields: { host: hostnameOf(url), address },
  });
}

function refusedUrl(url: string, expected: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.url-refused',
    kind: 'refused',
    message: `corpus fetch: expected ${expected}, got ${JSON.stringify(withoutCredentials(url))}`,
    next: 'Correct the url of the source.',
  });
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//…@').slice(0, 300);
}

function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** How long a server that is busy asks us to wait, where that is at most two minutes. */
function retryAfterMs(answer: ExchangeAnswer, clock: Clock): number | undefined {
  if (answer.status !== 429 && answer.status !== 503) return undefined;
  const value = answer.headers['retry-after'] ?? '';
  const wait = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.date().getTime();
  return wait >= 0 && wait <= LONGEST_WAIT_MS ? wait : undefined;
}

function finished(answer: ExchangeAnswer, url: URL, conditional: boolean): DownloadAnswer {
  const { status, headers, bytes, sha256 } = answer;
  const ranged = status === 206 && headers['content-range'] !== undefined && bytes > 0;
  if (status !== 200 && !ranged && !(status === 304 && conditional)) {
    const next = status === 404 || status === 410 ? 'The document is gone; check its address.' : 'Try again later.';
    throw networkError('http-status', url, `expected status 200, got ${status}`, next, { status });
  }
  const { 'content-type': contentType, etag, 'last-modified': lastModified } = headers;
  return {
    notModified: status === 304,
    url: url.href,
    bytes,
    sha256,
    ...(contentType === undefined ? {} : { contentType }),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}
