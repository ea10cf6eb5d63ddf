/**
 * Everything a command touches outside the rooms: arguments, environment, streams, time, services. The only place it is made for real
 * is `main.ts`; tests make their own. It knows no command.
 */
import type { Clock } from '../base/index.ts';
import type { Prompter, TerminalTexts } from './prompts.ts';
import type { Services } from './services.ts';
import type { InputStream, OutputStream } from './streams.ts';

export type InterruptSignal = 'SIGINT' | 'SIGTERM';

export interface MachineFacts {
  readonly nodeVersion: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** What a program may take now, within the limit of a container. */
  readonly usableMemoryBytes: number;
  readonly homeDirectory: string;
}

export interface CliContext {
  /** Arguments after `expchat`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  readonly systemLocale: string;
  readonly version: string;
  readonly machine: () => MachineFacts;
  readonly services: Services;
  /** Listens to Ctrl+C and a request to end; returns how to stop listening. */
  readonly onInterrupt: (listener: (signal: InterruptSignal) => void) => () => void;
  /** Ends the process at once. */
  readonly exitNow: (code: number) => void;
  /** Asks on a terminal; undefined makes questions on lines of stdin. */
  readonly terminalPrompter: ((texts: TerminalTexts) => Prompter) | undefined;
}
