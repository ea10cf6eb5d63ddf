/**
 * The page about training runs, served to this machine alone: loopback only, a Host header of ours only (a page elsewhere can
 * not reach it by a name of its own), reading only, nothing loaded from anywhere. It knows no training.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExpChatError, errorMessage } from '../../base/index.ts';
import type { Language } from '../../runs/index.ts';
import { renderRunsPage } from './page.ts';
import { RunsData } from './runs-data.ts';

const HOST = '127.0.0.1';

export interface RunsServer {
  /** `http://127.0.0.1:PORT/`. */
  readonly address: string;
  close(): Promise<void>;
}

export interface RunsServerOptions {
  /** Folder with the runs. */
  readonly directory: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly language: Language;
}

interface Answer {
  readonly status: number;
  readonly type: 'text/html' | 'application/json' | 'text/plain';
  readonly body: string;
  readonly policy?: string;
}

/** Throws `runs.port` where the port is taken or not allowed. */
export async function serveRuns({ directory, port, language }: RunsServerOptions): Promise<RunsServer> {
  const data = new RunsData(directory, language);
  const server = createServer((request, response) => {
    answer(request, server, data, language)
      .catch((error: unknown): Answer => ({ status: 500, type: 'text/plain', body: errorMessage(error) }))
      .then((found) => send(request, response, found));
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portError(port, cause)));
    server.listen(port, HOST, resolve);
  });
  return {
    address: `http://${HOST}:${portOf(server)}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves until the signal fires; `onAddress` hears where. */
export async function serveRunsUntil(
  options: RunsServerOptions,
  onAddress: (address: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const server = await serveRuns(options);
  onAddress(server.address);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function portError(port: number, cause: unknown): ExpChatError {
  return new ExpChatError({
    code: 'runs.port',
    kind: 'usage',
    message: `port ${port}: expected a free port, got ${errorMessage(cause)}`,
    next: 'Choose another --port, or leave it out.',
    fields: { port },
    cause,
  });
}

async function answer(request: IncomingMessage, server: Server, data: RunsData, language: Language): Promise<Answer> {
  const plain = (status: number, body: string): Answer => ({ status, type: 'text/plain', body });
  const port = portOf(server);
  if (![`${HOST}:${port}`, `localhost:${port}`].includes(request.headers.host ?? '')) {
    return plain(421, 'This page answers to its own address only.');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only reading.');
  const asked = `http://${HOST}${request.url ?? '/'}`; // One text: a target of "//name" is a path of ours, no other host.
  if (!URL.canParse(asked)) return plain(400, 'That is no address.');
  const url = new URL(asked);
  if (url.pathname === '/') {
    const { html, scripts, styles } = await renderRunsPage(language);
    const policy = [
      "default-src 'none'",
      `script-src ${scripts.join(' ')}`,
      `style-src ${styles.join(' ')}`,
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; ');
    return { status: 200, type: 'text/html', body: html, policy };
  }
  const json = (value: unknown): Answer => ({ status: 200, type: 'application/json', body: JSON.stringify(value) });
  if (url.pathname === '/runs.json') return json(await data.list());
  if (url.pathname === '/run.json') {
    const run = await data.run(url.searchParams.get('name') ?? '');
    return run === undefined ? plain(404, 'There is no such run.') : json(run);
  }
  return plain(404, 'There is nothing here.');
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body, policy }: Answer): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': policy ?? "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
