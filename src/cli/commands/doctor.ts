/** `expchat doctor`: whether this machine has what is needed, and what to do where it has not. */
import path from 'node:path';
import type { Command } from 'commander';
import { errorMessage, removeTree, writeDurably } from '../../base/index.ts';
import { act, declare, type Registration } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { supportsNode } from '../node-version.ts';
import type { Session } from '../session.ts';

export interface Finding {
  readonly name: 'node' | 'engine' | 'folder' | 'memory' | 'cores';
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
}

const ENOUGH_MEMORY_BYTES = 2e9;

export function registerDoctor(parent: Command, registration: Registration): void {
  act(declare(parent, registration, 'doctor', 'doctor'), registration, async (session) => {
    const findings = await examine(session);
    const words = session.texts.doctor;
    const failed = findings.some(({ state }) => state === 'failed');
    session.result({ ok: !failed, findings }, [
      ...findings.map(({ name, state, detail }) => `${words.states[state]} ${words.names[name]}: ${detail}`),
      failed ? words.failed : words.fine,
    ]);
    return failed ? EXIT.failure : EXIT.ok;
  });
}

async function examine(session: Session): Promise<Finding[]> {
  const { context, format } = session;
  const machine = context.machine();
  const words = session.texts.doctor;
  return [
    {
      name: 'node',
      state: supportsNode(machine.nodeVersion) ? 'ok' : 'failed',
      detail: `${machine.nodeVersion} (${machine.platform})`,
    },
    await engine(session),
    await folder(session),
    {
      name: 'memory',
      state: machine.memoryBytes >= ENOUGH_MEMORY_BYTES ? 'ok' : 'warning',
      detail: words.memory(format.bytes(machine.memoryBytes), format.bytes(machine.freeMemoryBytes)),
    },
    { name: 'cores', state: machine.cores >= 2 ? 'ok' : 'warning', detail: format.integer(machine.cores) },
  ];
}

async function engine(session: Session): Promise<Finding> {
  try {
    const { version, providers } = await session.services.engineFacts();
    return { name: 'engine', state: 'ok', detail: `onnxruntime ${version} (${providers.join(', ')})` };
  } catch (error) {
    return { name: 'engine', state: 'failed', detail: errorMessage(error) };
  }
}

async function folder(session: Session): Promise<Finding> {
  const { cwd } = session.context;
  const probe = path.join(cwd, '.expchat-doctor');
  try {
    await writeDurably(probe, 'expchat doctor\n');
    await removeTree(probe);
    return { name: 'folder', state: 'ok', detail: session.texts.doctor.writable(cwd) };
  } catch (error) {
    return { name: 'folder', state: 'failed', detail: errorMessage(error) };
  }
}
