/** Lists, sitemaps, downloads that are cut, offline, proxies and certificates. All servers are on this machine. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { withBackend } from '../../src/base/index.ts';
import { isPrivateAddress } from '../../src/corpus/fetch/addresses.ts';
import { fetchCorpus, readFetchLock, SafeFetcher, type SourceSpec, safeFetch } from '../../src/corpus/index.ts';
import { zipOf } from './archives.ts';
import { quickDisk, temporaryFolder } from './fixture.ts';
import { hostileUrls } from './hostile-urls.ts';
import { certificateFor, listening, proxyTo, quick, serve, serveRaw } from './servers.ts';

const law = (title: string, body: (t: TestContext) => Promise<void>) =>
  test(title, (t) => withBackend(quickDisk(), () => body(t)));

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fetched',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

/** A site of pages with ETags; counts what it sent. */
function site(pages: Record<string, string | Buffer>) {
  const sent = { requests: [] as string[], bytes: 0 };
  const handler: http.RequestListener = (request, response) => {
    sent.requests.push(request.url!);
    const body = pages[request.url!];
    if (body === undefined) return void response.writeHead(404).end();
    const etag = `"${Buffer.from(body).toString('base64url').slice(0, 40)}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { ETag: etag }).end();
    sent.bytes += Buffer.byteLength(body);
    response.writeHead(200, { ETag: etag, 'Content-Type': 'text/plain; charset=utf-8' }).end(body);
  };
  return { sent, handler, pages };
}

law(
  'a list of addresses gives one file each; unchanged costs no body, one flipped byte is found, a gone page is no silence',
  async (t) => {
    const { handler, pages, sent } = site({
      '/a.txt': 'Preis: 5 €',
      '/b/a.txt': 'Öffnungszeiten',
      '/a.txt?x=1': 'Seite',
    });
    const base = await serve(t, handler);
    const data = path.join(temporaryFolder(t), 'data');
    const urls = Object.keys(pages).map((place) => base + place);
    const source: SourceSpec = { id: 'web', kind: 'http', urls: [...urls, `${base}/fehlt.txt`], sourcePer: 'file' };
    const options = { directory: data, http: quick };
    const report = await fetchCorpus([source], options);
    assert.deepEqual([report.files, report.sources, report.leftOut], [3, 3, { 'web-gone': 1 }]);
    const bytes = sent.bytes;
    assert.equal((await fetchCorpus([source], options)).changed, 0);
    assert.equal(sent.bytes, bytes);
    for (let i = 0; i < 9; i++) {
      const letters = Buffer.from('Preis: 5 €');
      letters[i]! ^= 1 << (i % 8);
      pages['/a.txt'] = letters;
      assert.equal(await codeOf(fetchCorpus([source], options)), 'corpus.source-changed', `byte ${i}`);
    }
    pages['/a.txt'] = 'Preis: 6 €';
    assert.equal((await fetchCorpus([source], { ...options, update: true })).changed, 1);
    delete pages['/b/a.txt'];
    assert.equal(await codeOf(fetchCorpus([source], options)), 'corpus.source-changed');
    assert.equal((await fetchCorpus([source], { ...options, update: true })).files, 2);
    assert.equal(existsSync(path.join(data, 'raw', '.downloads')), false);
  },
);

law('a sitemap gives the pages of its own host that globs and robots.txt let through', async (t) => {
  const { handler, pages, sent } = site({});
  const base = await serve(t, handler);
  const map = (kind: 'urlset' | 'sitemapindex', places: string[]) =>
    `<?xml version="1.0"?><${kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${places
      .map((place) => `<url><loc>\n ${place.replaceAll('&', '&amp;')} </loc><priority>1</priority></url>`)
      .join('')}</${kind}>`;
  Object.assign(pages, {
    '/robots.txt': 'User-agent: *\nDisallow: /intern/',
    '/index.xml': map('sitemapindex', [`${base}/eins.xml`, `${base}/zwei.xml.gz`, `${base}/index.xml`]),
    '/eins.xml': map('urlset', [`${base}/hilfe/a?x=1&y=2`, `${base}/hilfe/b`, 'https://fremd.example/c', 'kein Ort']),
    '/zwei.xml.gz': gzipSync(map('urlset', [`${base}/hilfe/b#unten`, `${base}/intern/c`, `${base}/shop/d`])),
    '/hilfe/a?x=1&y=2': 'Seite A',
    '/hilfe/b': 'Seite B',
    '/intern/c': 'Geheim',
  });
  const folder = temporaryFolder(t);
  const options = {
    directory: path.join(folder, 'data'),
    lockFile: path.join(folder, 'corpus.lock.json'),
    http: { ...quick, robots: true },
  };
  const source: SourceSpec = {
    id: 'site',
    kind: 'http',
    sitemap: `${base}/index.xml`,
    exclude: ['shop/**'],
    sourcePer: 'file',
  };
  const report = await fetchCorpus([source], options);
  assert.deepEqual([report.files, report.leftOut], [2, { 'web-other-host': 2, 'web-robots': 1 }]);
  assert.equal(sent.requests.includes('/intern/c'), false);
  assert.equal(sent.requests.includes('/shop/d'), false);
  const before = sent.requests.length;
  assert.equal((await fetchCorpus([source], { ...options, offline: true })).files, 2);
  assert.equal(sent.requests.length, before);
  pages['/eins.xml'] = map('urlset', [`${base}/hilfe/a?x=1&y=2`, `${base}/hilfe/b`, `${base}/hilfe/neu`]);
  pages['/hilfe/neu'] = 'Neue Seite';
  assert.equal(await codeOf(fetchCorpus([source], options)), 'corpus.source-changed');
  assert.equal((await fetchCorpus([source], { ...options, update: true })).files, 3);
  const refused = (more: Partial<SourceSpec>) =>
    codeOf(fetchCorpus([{ ...source, ...more }], { ...options, update: true }));
  assert.equal(await refused({ maximumPages: 2 }), 'corpus.bad-sitemap');
  assert.equal(await refused({ include: ['nichts/**'] }), 'corpus.bad-sitemap');
  assert.equal(await refused({ sitemap: `${base}/hilfe/b` }), 'corpus.bad-sitemap');
});

/** Serves `body`, hanging up after `cuts[i]` bytes of the i-th answer; later answers are whole. */
function cutting(body: Buffer, cuts: number[], etagOf: () => string | undefined, lie?: string) {
  const asked: (string | undefined)[] = [];
  const handler: http.RequestListener = (request, response) => {
    const { range } = request.headers;
    asked.push(range === undefined ? undefined : `${range} ${request.headers['if-range']}`);
    const etag = etagOf();
    const from = range !== undefined && request.headers['if-range'] === etag ? Number(/\d+/.exec(range)![0]) : 0;
    if (from >= body.byteLength) return void response.writeHead(416).end();
    const part = body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'Content-Length': part.byteLength,
      ...(etag === undefined ? {} : { ETag: etag }),
      ...(from > 0 ? { 'Content-Range': lie ?? `bytes ${from}-${body.byteLength - 1}/${body.byteLength}` } : {}),
    });
    const cut = cuts.shift();
    if (cut === undefined) response.end(part);
    else response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  };
  return { asked, handler };
}

law(
  'a download that is cut goes on where it was, in the same run and in the next, and only with the same version',
  async (t) => {
    const body = Buffer.from(Array.from({ length: 900_000 }, (_, i) => i % 251));
    const folder = temporaryFolder(t);
    let version = 1;
    const etag = () => `"v${version}"`;
    const run = async (cuts: number[], etagOf: () => string | undefined, name: string, lie?: string) => {
      const { asked, handler } = cutting(body, cuts, etagOf, lie);
      const url = `${await serve(t, handler)}/datei.bin`;
      const file = path.join(folder, name);
      const fetcher = new SafeFetcher(quick);
      const code = () => codeOf(fetcher.download(url, file));
      return { asked, code, file };
    };
    const once = await run([400_000, 400_000], etag, 'once');
    assert.equal(await once.code(), 'fetched');
    assert.equal(once.asked.length, 3);
    assert.equal(once.asked[0], undefined);
    for (const header of once.asked.slice(1)) assert.match(header!, /^bytes=\d+- "v1"$/);
    assert.deepEqual(readFileSync(once.file), body);

    const later = await run([300_000, 0, 0, 0], etag, 'later');
    assert.equal(await later.code(), 'corpus.http-truncated');
    assert.ok(existsSync(`${later.file}.part`));
    version = 2; // The file is another one now: nothing of the old may be in it.
    assert.equal(await later.code(), 'fetched');
    assert.deepEqual(readFileSync(later.file), body);

    const nameless = await run([400_000], () => undefined, 'nameless');
    assert.equal(await nameless.code(), 'corpus.http-truncated');
    assert.equal(await nameless.code(), 'fetched');
    assert.deepEqual(nameless.asked, [undefined, undefined]);

    const weak = await run([400_000], () => 'W/"v1"', 'weak');
    assert.equal(await weak.code(), 'corpus.http-truncated');
    const lying = await run([400_000], etag, 'lying', 'bytes 7-899999/900000');
    assert.equal(await lying.code(), 'corpus.http-broken');
    assert.equal(await lying.code(), 'fetched');
    assert.deepEqual(readFileSync(lying.file), body);
    const short = await run([400_000], etag, 'short');
    writeFileSync(`${short.file}.part`, body);
    writeFileSync(`${short.file}.version`, '{"url":"https://other.example/","validator":"\\"v2\\""}');
    assert.equal(await short.code(), 'fetched');
    assert.equal(short.asked[0], undefined);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('once') || name.includes('short')),
      ['once', 'short'],
    );
  },
);

law('offline opens no connection: whole copies are used, a missing or damaged one is an error', async (t) => {
  const archive = zipOf([{ name: 'a.txt', data: 'Im Archiv.' }]);
  const { handler, sent } = site({ '/a.txt': 'Preis: 5 €', '/alle.zip': archive });
  const base = await serve(t, handler);
  const data = path.join(temporaryFolder(t), 'data');
  const sources: SourceSpec[] = [
    { id: 'web', kind: 'http', url: `${base}/a.txt` },
    { id: 'pack', kind: 'archive', url: `${base}/alle.zip` },
  ];
  const offline = { directory: data, http: quick, offline: true };
  assert.equal(await codeOf(fetchCorpus(sources, offline)), 'corpus.offline');
  await fetchCorpus(sources, { ...offline, offline: false });
  const before = sent.requests.length;
  assert.deepEqual((await fetchCorpus(sources, offline)).changed, 0);
  const [member, page] = (await readFetchLock(data)).map((file) => path.join(data, 'raw', file.file!));
  for (const file of [member!, page!]) {
    const good = readFileSync(file);
    writeFileSync(file, 'anders');
    assert.equal(await codeOf(fetchCorpus(sources, offline)), 'corpus.offline');
    rmSync(file);
    assert.equal(await codeOf(fetchCorpus(sources, offline)), 'corpus.offline');
    writeFileSync(file, good);
  }
  assert.equal((await fetchCorpus(sources, offline)).files, 2);
  assert.equal(sent.requests.length, before);
  const again = await fetchCorpus(sources, { ...offline, offline: false });
  assert.equal(again.changed, 0);
  assert.equal(sent.bytes, archive.byteLength + Buffer.byteLength('Preis: 5 €'));
});

law('a certificate of the own company is trusted where it is named, and nowhere else', async (t) => {
  const { key, cert } = certificateFor('wiki.example');
  const server = https.createServer({ key: key.export({ type: 'pkcs8', format: 'pem' }), cert }, (_, response) =>
    response.end('da'),
  );
  const port = await listening(t, server);
  const options = { ...quick, allowHttp: false, resolver: async () => ['127.0.0.1'] };
  const url = `https://wiki.example:${port}/`;
  assert.equal(await codeOf(safeFetch(url, options)), 'corpus.http-broken');
  assert.equal(await codeOf(safeFetch(url, { ...options, certificates: [cert] })), 'fetched');
  const other = await codeOf(safeFetch(`https://anders.example:${port}/`, { ...options, certificates: [cert] }));
  assert.equal(other, 'corpus.http-broken');
  assert.equal(
    await codeOf(safeFetch(url, { ...options, certificates: ['kein Zertifikat'] })),
    'corpus.bad-certificate',
  );
  // The same through a proxy: the tunnel changes nothing about whom we trust.
  const proxy = await proxyTo(t, port);
  const through = { ...options, proxy: { url: proxy.url } };
  assert.equal(await codeOf(safeFetch(url, through)), 'corpus.http-broken');
  assert.equal(await codeOf(safeFetch(url, { ...through, certificates: [cert] })), 'fetched');
  assert.deepEqual(proxy.asked, [`CONNECT wiki.example:${port}`, `CONNECT wiki.example:${port}`]);
});

law('through a proxy the same addresses are refused, and its password is said to it alone', async (t) => {
  let host: string | undefined;
  let leaked: string | undefined;
  const base = await serve(t, (request, response) => {
    host = request.headers.host;
    leaked = request.headers['proxy-authorization'];
    response.end('da');
  });
  const port = Number(new URL(base).port);
  const proxy = await proxyTo(t, port, 'name:geheim');
  const withPassword = proxy.url.replace('//', '//name:geheim@');
  const unknown = async (name: string) =>
    name === '127.0.0.1' ? ['127.0.0.1'] : Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  const options = { ...quick, allowLoopback: false, resolver: unknown };
  const fetched = (url: string, more: object = {}) =>
    codeOf(safeFetch(url, { ...options, proxy: { url: withPassword }, ...more }));
  assert.equal(await fetched('http://fern.example/a.txt'), 'fetched');
  assert.deepEqual([host, leaked], ['fern.example', undefined]);
  assert.equal(proxy.asked.length, 1);
  const inHouse = [
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '[::1]',
    '[fd00::1]',
    'localhost',
    'drucker',
    'wiki.local',
    'metadata.google.internal',
    'x.lan',
    'wiki.intranet',
  ];
  for (const name of inHouse) assert.equal(await fetched(`http://${name}/`), 'corpus.address-refused', name);
  const inner = async () => ['10.0.0.1'];
  assert.equal(await fetched('http://fern.example/', { resolver: inner }), 'corpus.address-refused');
  assert.equal(proxy.asked.length, 1);
  assert.equal(await fetched('http://drucker/', { allowPrivate: ['drucker'] }), 'fetched');
  const failure = await safeFetch('https://fern.example/', { ...options, proxy: { url: proxy.url } }).catch(
    (error) => error,
  );
  assert.equal(failure.code, 'corpus.proxy-refused');
  const wrong = await safeFetch('https://fern.example/', {
    ...options,
    proxy: { url: withPassword.replace('geheim', 'falsch') },
  }).catch((error) => error);
  assert.doesNotMatch(`${wrong.message} ${wrong.next} ${JSON.stringify(wrong.fields)}`, /falsch|name:/);
  assert.equal(
    await codeOf(safeFetch('https://x.example/', { ...options, proxy: { url: 'socks5://x' } })),
    'corpus.bad-proxy',
  );
  // A host without the proxy is reached directly, so that its address decides.
  const except = { proxy: { url: withPassword, except: ['.fern.example'] }, resolver: inner };
  assert.equal(await fetched('http://sub.fern.example/', except), 'corpus.address-refused');
});

law(
  'a host of the own network is reached only where it is named, and loopback only where it is this machine',
  async (t) => {
    const base = await serve(t, (_, response) => void response.end('da'));
    const { port } = new URL(base);
    const closed = { ...quick, allowLoopback: false };
    const attempt = (url: string, allowPrivate: string[], address: string) =>
      codeOf(safeFetch(url, { ...closed, allowPrivate, resolver: async () => [address] }));
    assert.equal(await attempt(`${base}/`, [`127.0.0.1:${port}`], 'x'), 'fetched');
    assert.equal(await attempt(`http://localhost:${port}/`, [`localhost:${port}`], '127.0.0.1'), 'fetched');
    assert.equal(await attempt(`${base}/`, ['127.0.0.1'], 'x'), 'corpus.url-refused');
    assert.equal(await attempt('http://wiki.example/', [], '10.0.0.1'), 'corpus.address-refused');
    assert.equal(await attempt('http://anders.example/', ['wiki.example'], '10.0.0.1'), 'corpus.address-refused');
    for (const address of [
      '127.0.0.1',
      '::1',
      '169.254.169.254',
      '0.0.0.0',
      'fe80::1',
      '::ffff:10.0.0.1',
      '224.0.0.1',
    ]) {
      assert.equal(await attempt('http://wiki.example/', ['wiki.example'], address), 'corpus.address-refused', address);
    }
    const own = '10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 fd00::1 fc00::1 FDFF::1';
    for (const address of own.split(' ')) assert.ok(isPrivateAddress(address), address);
    const other =
      '127.0.0.1 169.254.0.1 172.32.0.1 192.169.0.1 8.8.8.8 ::1 fe80::1 ff02::1 2001:db8::1 ::ffff:10.0.0.1 fd00::1%eth0 x';
    for (const address of other.split(' ')) assert.ok(!isPrivateAddress(address), address);
  },
);

law('no spelling of a local address is followed as the target of a redirect', async (t) => {
  let connections = 0;
  const canary = net.createServer().on('connection', () => void connections++);
  const port = await listening(t, canary);
  const urls = hostileUrls(port);
  assert.ok(urls.length >= 300);
  const server = net.createServer((socket) => {
    socket.once('data', (head) => {
      const url = urls[Number(/^GET \/(\d+)/.exec(head.toString())![1])]!;
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${url.replace(/[\r\n]/g, '')}\r\nContent-Length: 0\r\n\r\n`);
    });
  });
  const start = await listening(t, server);
  const options = {
    ...quick,
    allowLoopback: false,
    allowPrivate: [`127.0.0.1:${start}`],
    ports: [80, 443, port],
    limits: { redirects: 1 },
    resolver: async () => ['127.0.0.1'],
  };
  // A place without a scheme stays on the server that sends it, which is the one that is allowed.
  const own = ['corpus.http-redirects', 'corpus.http-broken'];
  const codes = await Promise.all(urls.map((_, i) => codeOf(safeFetch(`http://127.0.0.1:${start}/${i}`, options))));
  const stays = codes.filter((code) => own.includes(code)).length;
  assert.ok(stays <= 10, `${stays}`);
  const refused = ['corpus.address-refused', 'corpus.url-refused'];
  assert.deepEqual(
    codes.filter((code) => !refused.includes(code) && !own.includes(code)),
    [],
  );
  assert.equal(connections, 0);
});

law('a large document goes to the disk and not into memory', async (t) => {
  const block = Buffer.alloc(2 ** 20, 'x');
  const base = await serve(t, async (_, response) => {
    for (let i = 0; i < 160; i++) if (!response.write(block)) await once(response, 'drain');
    response.end();
  });
  const file = path.join(temporaryFolder(t), 'gross.bin');
  const before = process.memoryUsage().rss;
  let highest = before;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage().rss);
  }, 5);
  const answer = await new SafeFetcher({ ...quick, limits: { wireBytes: 2 ** 30 } }).download(base, file);
  clearInterval(watch);
  assert.equal(answer.bytes, 160 * 2 ** 20);
  assert.ok(highest - before < 128 * 2 ** 20, `${(highest - before) / 2 ** 20} MiB`);
});

law('what is read into memory is small, whatever a file may have', async (t) => {
  const announced = await serveRaw(
    t,
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n\r\nx'),
  );
  const fetcher = new SafeFetcher({ ...quick, limits: { wireBytes: 2 ** 30, decodedBytes: 2 ** 32 } });
  assert.equal(await codeOf(fetcher.fetch(announced)), 'corpus.http-too-large');
  const file = path.join(temporaryFolder(t), 'datei');
  assert.equal(await codeOf(fetcher.download(announced, file)), 'corpus.http-truncated');
  const noise = randomBytes(2 ** 16);
  const packed = await serve(t, async (_, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' });
    const gzip = createGzip({ level: 1 });
    gzip.pipe(response);
    for (let i = 0; i < 1200; i++) if (!gzip.write(noise)) await once(gzip, 'drain');
    gzip.end();
  });
  assert.equal(await codeOf(fetcher.fetch(packed)), 'corpus.http-too-large');
});
