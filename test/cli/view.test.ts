import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { type RunsServer, serveRuns } from '../../src/cli/view/server.ts';
import { HOSTILE, writeRun } from '../runs/written-run.ts';

const base = mkdtempSync(path.join(tmpdir(), 'expchat-view-'));
writeRun(path.join(base, 'runs', 'eins', 'pretrain'), { finished: true });
writeRun(path.join(base, 'runs', 'zwei'), { steps: 20, started: '2026-02-02T03:04:05Z' });
writeRun(path.join(base, 'geheim'));
const server: RunsServer = await serveRuns({ directory: path.join(base, 'runs'), port: 0, language: 'de' });
after(async () => {
  await server.close();
  rmSync(base, { recursive: true });
});

interface Heard {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

function ask(target: string, options: { method?: string; host?: string } = {}): Promise<Heard> {
  const { hostname, port } = new URL(server.address);
  const headers = { host: options.host ?? `${hostname}:${port}` };
  return new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, path: target, method: options.method ?? 'GET', headers },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          body += part;
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      },
    );
    request.on('error', reject).end();
  });
}

test('only the address of this machine is answered, and only reading', async () => {
  assert.match(server.address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  const port = new URL(server.address).port;
  assert.equal((await ask('/', { host: `localhost:${port}` })).status, 200);
  for (const host of ['boese.example', `boese.example:${port}`, '127.0.0.1', '127.0.0.1:1']) {
    const heard = await ask('/runs.json', { host });
    assert.equal(heard.status, 421, host);
    assert.ok(!heard.body.includes('eins'));
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    assert.equal((await ask('/runs.json', { method })).status, 405);
  assert.equal((await ask('/', { method: 'HEAD' })).body, '');
});

test('the page may run its own scripts and ask its own address, nothing else', async () => {
  const { headers, body } = await ask('/');
  const policy = headers['content-security-policy'] as string;
  assert.match(
    policy,
    /^default-src 'none'; script-src 'sha256-\S+' 'sha256-\S+'; style-src 'sha256-\S+'; connect-src 'self';/,
  );
  assert.doesNotMatch(policy, /unsafe|\*|http/);
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.doesNotMatch(body, /(src|href)="|@import|url\(/);
});

test('runs below the folder are given, nothing beside it', async () => {
  const { runs } = JSON.parse((await ask('/runs.json')).body) as { runs: { name: string; status: string }[] };
  assert.deepEqual(
    runs.map(({ name, status }) => [name, status]),
    [
      ['eins/pretrain', 'finished'],
      ['zwei', 'stopped'],
    ],
  );
  const one = JSON.parse((await ask('/run.json?name=eins%2Fpretrain')).body);
  assert.equal(one.curves.loss.steps.length, 30);
  assert.equal(one.samples.length, 3);
  for (const name of ['../geheim', '..%2Fgeheim', '%2e%2e%2fgeheim', path.join(base, 'geheim'), '']) {
    assert.equal((await ask(`/run.json?name=${name}`)).status, 404, name);
  }
  for (const target of ['/etc/passwd', '/../geheim/run.json', '//boese.example/', '/run.json']) {
    assert.equal((await ask(target)).status, 404, target);
  }
});

test('a port that is taken is an error with what to do', async () => {
  const port = Number(new URL(server.address).port);
  await assert.rejects(serveRuns({ directory: base, port, language: 'en' }), { code: 'runs.port', kind: 'usage' });
});

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const browser = BROWSERS.find((file) => existsSync(file));

test('a browser draws the runs over each other, with foreign text as text', {
  skip: browser === undefined && `none of ${BROWSERS.join(', ')} is installed`,
  timeout: 90_000,
}, async () => {
  const profile = path.join(base, 'profile');
  const { stdout } = await promisify(execFile)(
    browser!,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, '--virtual-time-budget=6000'],
      ...['--dump-dom', `${server.address}#eins/pretrain,zwei`],
    ],
    { maxBuffer: 2 ** 24 },
  );
  assert.equal(stdout.match(/<canvas/g)?.length, 5, 'five charts');
  for (const label of [
    'eins/pretrain Training',
    'zwei Prüfung',
    'Textproben',
    'angehalten, fortsetzbar',
    'Ausreißer',
  ]) {
    assert.ok(stdout.includes(label), label);
  }
  assert.equal(stdout.match(/type="range"/g)?.length, 2, 'a slider for the samples of each run');
  assert.ok(stdout.includes(HOSTILE.slice(HOSTILE.indexOf('„'))));
  assert.ok(!stdout.includes('<img') && stdout.includes('<title>ExpChat: Trainingsläufe</title>'));
});
