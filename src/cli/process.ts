/** The command line in a real process: streams, environment, signals and services. It knows no command. */
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson, systemClock } from '../base/index.ts';
import type { CliContext, InterruptSignal } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { createTerminalPrompter } from './prompts.ts';
import { createServices } from './room-services.ts';
import { runCli } from './run.ts';

/** Runs the command line and ends the process with its exit code. */
export async function runProcess(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader of a pipe has gone, as in `expchat … | head`; there is nobody left to tell.
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  const code = await runCli(await createProcessContext());
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}

/** macOS counts its caches as taken, so there all of the memory stands for what may be taken. */
function usableMemory(): number {
  if (process.platform === 'darwin') return os.totalmem();
  const limit = process.constrainedMemory();
  const here = limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
  const free = process.availableMemory();
  return free > 0 ? Math.min(free, here) : here;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

async function createProcessContext(): Promise<CliContext> {
  const version = await packageVersion();
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    systemLocale: Intl.DateTimeFormat().resolvedOptions().locale,
    version,
    machine: () => ({
      nodeVersion: process.versions.node,
      platform: process.platform,
      cores: os.availableParallelism(),
      memoryBytes: os.totalmem(),
      freeMemoryBytes: os.freemem(),
      usableMemoryBytes: usableMemory(),
      homeDirectory: os.homedir(),
    }),
    services: createServices(version),
    onInterrupt(listener) {
      const signals: InterruptSignal[] = ['SIGINT', 'SIGTERM'];
      const handlers = signals.map((signal) => [signal, () => listener(signal)] as const);
      for (const [signal, handler] of handlers) process.on(signal, handler);
      return () => {
        for (const [signal, handler] of handlers) process.off(signal, handler);
      };
    },
    exitNow: endNow,
    terminalPrompter: (texts) => createTerminalPrompter(process.stdin, process.stderr, texts),
  };
}

/**
 * Ends by the signal itself where there are signals: `process.exit` unwinds running threads, which aborts the process when one
 * of them is just loading the native library. A shell sees 130 or 143 either way.
 */
function endNow(code: number): void {
  if (process.platform === 'win32') process.exit(code);
  const signal = code === EXIT.terminated ? 'SIGTERM' : 'SIGINT';
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** The version of `package.json`, which lies two folders above both `src/cli` and `dist/cli`. */
async function packageVersion(): Promise<string> {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const manifest = (await readJson(path.join(here, '..', '..', 'package.json'))) as { version?: string };
  return manifest.version ?? '0.0.0';
}
