/** The way to the network against hostile names, redirects, bodies and servers. All servers are on this machine. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Clock } from '../../src/base/index.ts';
import { fetchCorpus, SafeFetcher, safeFetch } from '../../src/corpus/index.ts';
import { temporaryFolder } from './fixture.ts';
import { HOSTILE_ANSWERS } from './hostile-servers.ts';
import { hostileUrls } from './hostile-urls.ts';
import { listening, quick, serve, serveRaw } from './servers.ts';

const MIB = 2 ** 20;
const small = { wireBytes: 64 * 1024, totalMs: 3000, firstByteMs: 300, slowWindowMs: 400, slowBytesPerSecond: 1000 };

/** Only answers that are late by nature are held to a short time, so that a busy machine changes no outcome. */
const patient = { wireBytes: 64 * 1024, totalMs: 30_000, firstByteMs: 20_000, slowWindowMs: 20_000 };
const limitsFor = (code: string) => ({
  ...patient,
  ...(code === 'corpus.http-timeout' ? { firstByteMs: small.firstByteMs } : {}),
  ...(code === 'corpus.http-slow' ? { slowWindowMs: small.slowWindowMs, slowBytesPerSecond: 1000 } : {}),
});

const textOf = (answer: { chunks: Uint8Array[] }) => Buffer.concat(answer.chunks).toString();

test('no spelling of a local, private or special address reaches a socket', async (t) => {
  let connections = 0;
  const count = () => void connections++;
  const port = await listening(t, net.createServer().on('connection', count));
  const urls = hostileUrls(port);
  assert.ok(urls.length >= 300, `${urls.length}`);
  const answers = ['127.0.0.1', '::1', '0.0.0.0', '::', '::ffff:127.0.0.1', '169.254.169.254', '127.0.0.1%lo', 'x'];
  const attempts = urls.map((url, i) =>
    safeFetch(url, {
      allowHttp: true,
      ports: [port, 80, 443],
      robots: i % 2 === 0,
      politenessMs: 0,
      limits: { totalMs: 5000, firstByteMs: 1000 },
      resolver: async () =>
        i % 3 === 0 ? ['93.184.216.34', answers[i % answers.length]!] : [answers[i % answers.length]!],
    }).then(
      () => `${url}: fetched`,
      (error: { code?: string; message: string }) =>
        ['corpus.address-refused', 'corpus.url-refused'].includes(error.code ?? '')
          ? undefined
          : `${url}: ${error.message}`,
    ),
  );
  assert.deepEqual((await Promise.all(attempts)).filter(Boolean), []);
  assert.equal(connections, 0);
  // The canary sings when the address is allowed, so that silence above means something.
  await assert.rejects(safeFetch(`http://127.0.0.1:${port}/`, { ...quick, limits: { firstByteMs: 50 } }));
  assert.equal(connections, 1);
});

test('the connection goes to the checked address: the name is resolved once for each hop', async (t) => {
  const base = await serve(t, (request, response) => void response.end(`host ${request.headers.host}`));
  const { port } = new URL(base);
  let calls = 0;
  const rebinding = async () => (++calls === 1 ? ['127.0.0.1'] : ['10.0.0.1']);
  const answer = await safeFetch(`http://rebind.example:${port}/`, { ...quick, resolver: rebinding });
  assert.equal(textOf(answer), `host rebind.example:${port}`);
  assert.equal(calls, 1);
  await assert.rejects(safeFetch(`http://rebind.example:${port}/`, { ...quick, resolver: rebinding }), {
    code: 'corpus.address-refused',
  });
});

test('a redirect is checked as a first request is, and a chain ends', async (t) => {
  const targets: Record<string, string> = {
    '/meta': 'http://169.254.169.254/latest/meta-data/',
    '/private': 'http://10.1.2.3/',
    '/mapped': 'http://[::ffff:10.0.0.1]/',
    '/name': 'http://intern.example/',
    '/file': 'file:///etc/passwd',
    '/login': 'http://user:secret@127.0.0.1/',
    '/port': 'http://93.184.216.34:22/',
    '/loop': '/loop',
  };
  const base = await serve(t, (request, response) => {
    const hop = /^\/hop(\d)$/.exec(request.url!)?.[1];
    const location = hop === undefined ? targets[request.url!] : hop === '0' ? undefined : `/hop${Number(hop) - 1}`;
    if (location === undefined) response.end('da');
    else response.writeHead(302, { Location: location }).end();
  });
  const options = { ...quick, resolver: async () => ['192.168.0.1'] };
  const codes: Record<string, string> = {};
  for (const name of Object.keys(targets)) {
    codes[name] = await safeFetch(base + name, options).then(
      () => 'fetched',
      (error: { code: string }) => error.code,
    );
  }
  const [address, url] = ['corpus.address-refused', 'corpus.url-refused'];
  assert.deepEqual(codes, {
    '/meta': address,
    '/private': address,
    '/mapped': address,
    '/name': address,
    '/file': url,
    '/login': url,
    '/port': address,
    '/loop': 'corpus.http-redirects',
  });
  assert.equal(textOf(await safeFetch(`${base}/hop5`, options)), 'da');
  await assert.rejects(safeFetch(`${base}/hop6`, options), { code: 'corpus.http-redirects' });
});

test('each of more than forty hostile servers ends in its typed error within the limit, in memory and in a file', async (t) => {
  assert.ok(HOSTILE_ANSWERS.length >= 40);
  const folder = temporaryFolder(t);
  const before = process.memoryUsage().rss;
  const found = await Promise.all(
    HOSTILE_ANSWERS.flatMap(({ name, answer, code }, i) =>
      ['fetch', 'download'].map(async (way) => {
        const url = await serveRaw(t, answer);
        const started = performance.now();
        const fetcher = new SafeFetcher({ ...quick, limits: limitsFor(code) });
        const work = way === 'fetch' ? fetcher.fetch(url) : fetcher.download(url, path.join(folder, `${i}`));
        const got = await work.then(
          (fetched) => `fetched ${fetched.bytes}`,
          (error: { code?: string; message: string }) => error.code ?? error.message,
        );
        return [way, name, performance.now() - started > patient.totalMs + 2000 ? 'late' : got];
      }),
    ),
  );
  assert.ok(process.memoryUsage().rss - before < 128 * MIB);
  assert.deepEqual(
    found,
    HOSTILE_ANSWERS.flatMap(({ name, code }) => ['fetch', 'download'].map((way) => [way, name, code])),
  );
  assert.deepEqual(
    readdirSync(folder).filter((name) => !/\.(?:part|version)$/.test(name)),
    [],
  );
});

test('a slow transfer above the lowest rate ends at the total time', async (t) => {
  const url = await serve(t, (_, response) => {
    const timer = setInterval(() => response.write('x'.repeat(100)), 20);
    response.on('close', () => clearInterval(timer));
  });
  await assert.rejects(safeFetch(url, { ...quick, limits: { ...small, totalMs: 700 } }), {
    code: 'corpus.http-timeout',
    kind: 'network',
  });
});

test('decompression bombs end early, and honest compression is decoded', async (t) => {
  const zeros = Buffer.alloc(16 * MIB);
  const bodies: Record<string, [string, Buffer]> = {
    '/gzip-bomb': ['gzip', gzipSync(zeros)],
    '/br-bomb': ['br', brotliCompressSync(zeros)],
    '/gzip': ['gzip', gzipSync('Größe 5 €')],
    '/br': ['br', brotliCompressSync('Größe 5 €')],
    '/cut': ['gzip', gzipSync('Größe 5 €'.repeat(100)).subarray(0, -9)],
  };
  const base = await serve(t, (request, response) => {
    const [encoding, body] = bodies[request.url!]!;
    response.writeHead(200, { 'Content-Encoding': encoding, 'Content-Length': body.byteLength }).end(body);
  });
  const before = process.memoryUsage().rss;
  for (const name of ['/gzip-bomb', '/br-bomb']) {
    await assert.rejects(safeFetch(base + name, quick), { code: 'corpus.decompression-bomb' }, name);
  }
  assert.ok(process.memoryUsage().rss - before < 128 * MIB);
  assert.equal(textOf(await safeFetch(`${base}/gzip`, quick)), 'Größe 5 €');
  assert.equal(textOf(await safeFetch(`${base}/br`, quick)), 'Größe 5 €');
  await assert.rejects(safeFetch(`${base}/cut`, quick), { code: 'corpus.http-truncated' });
  const limits = { decodedBytes: 5 };
  await assert.rejects(safeFetch(`${base}/gzip`, { ...quick, limits }), { code: 'corpus.decompression-bomb' });
});

test('an unreachable host and an unknown name are network errors with the next step', async (t) => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const refused = { code: 'corpus.unreachable', kind: 'network' };
  await assert.rejects(safeFetch(`http://127.0.0.1:${port}/`, quick), refused);
  const failing = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  await assert.rejects(safeFetch('http://no.example/', { ...quick, resolver: failing }), refused);
  const hanging = () => new Promise<never>(() => undefined);
  const options = { ...quick, resolver: hanging, limits: { totalMs: 100 } };
  await assert.rejects(safeFetch('http://slow.example/', options), { kind: 'network' });
  const data = temporaryFolder(t);
  const source = { id: 'web', kind: 'http', url: `http://127.0.0.1:${port}/a.txt` } as const;
  await assert.rejects(fetchCorpus([source], { directory: data, http: quick }), refused);
});

test('a stop by the user ends a running transfer as stopped', async (t) => {
  const url = await serve(t, (_, response) => void response.write('x'));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(safeFetch(url, { ...quick, signal: stop.signal }), { code: 'corpus.stopped', kind: 'stopped' });
});

/** A clock that does not wait; it adds up what it was asked to wait. */
function countingClock(): Clock & { sleptMs: number[] } {
  const clock = {
    now: 0,
    sleptMs: [] as number[],
    nowMs: () => clock.now,
    date: () => new Date(clock.now),
    sleep: async (durationMs: number) => {
      clock.sleptMs.push(durationMs);
      clock.now += durationMs;
    },
  };
  return clock;
}

test('one request a second and host, robots.txt read once and obeyed, Retry-After honoured', async (t) => {
  const asked: string[] = [];
  let busy = true;
  const base = await serve(t, (request, response) => {
    asked.push(request.url!);
    assert.match(request.headers['user-agent']!, /^ExpChat\/9\.9 \(\+corpus fetch\)$/);
    if (request.url === '/robots.txt') response.end('User-agent: *\nDisallow: /geheim\nAllow: /geheim/offen');
    else if (request.url === '/busy' && busy) {
      busy = false;
      response.writeHead(429, { 'Retry-After': '7' }).end();
    } else response.end('da');
  });
  const clock = countingClock();
  const fetcher = new SafeFetcher({ allowHttp: true, allowLoopback: true, version: '9.9', clock });
  await fetcher.fetch(`${base}/a`);
  await fetcher.fetch(`${base}/geheim/offen`);
  await assert.rejects(fetcher.fetch(`${base}/geheim/zu`), { code: 'corpus.robots', kind: 'refused' });
  await fetcher.fetch(`${base}/busy`);
  assert.deepEqual(asked, ['/robots.txt', '/a', '/geheim/offen', '/busy', '/busy']);
  assert.deepEqual(clock.sleptMs, [1000, 1000, 1000, 7000]);
});

test('a robots.txt that fails with 5xx forbids all, and one that is missing allows all', async (t) => {
  let status = 503;
  const asked: string[] = [];
  const base = await serve(t, (request, response) => {
    asked.push(request.url!);
    response.writeHead(request.url === '/robots.txt' ? status : 200).end('da');
  });
  const options = { ...quick, robots: true };
  await assert.rejects(safeFetch(`${base}/a`, options), { code: 'corpus.robots' });
  status = 404;
  assert.equal(textOf(await safeFetch(`${base}/a`, options)), 'da');
  assert.deepEqual(asked, ['/robots.txt', '/robots.txt', '/a']);
});

test('an HTTP source is pinned: unchanged costs no body, one flipped byte is an error, an update pins anew', async (t) => {
  let body = 'Preis: 5 €';
  let sent = 0;
  const base = await serve(t, (request, response) => {
    const etag = `"${Buffer.byteLength(body)}${body.charCodeAt(0)}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { ETag: etag }).end();
    sent++;
    response.writeHead(200, { ETag: etag, 'Content-Type': 'text/plain; charset=utf-8' }).end(body);
  });
  const data = path.join(temporaryFolder(t), 'data');
  const source = { id: 'web', kind: 'http', url: `${base}/preise.txt` } as const;
  const options = { directory: data, http: quick };
  assert.equal((await fetchCorpus([source], options)).changed, 1);
  assert.equal((await fetchCorpus([source], options)).changed, 0);
  assert.equal(sent, 1);
  body = 'preis: 5 €';
  await assert.rejects(fetchCorpus([source], options), { code: 'corpus.source-changed' });
  assert.equal((await fetchCorpus([source], { ...options, offline: true })).changed, 0);
  assert.equal((await fetchCorpus([source], { ...options, update: true })).changed, 1);
});
