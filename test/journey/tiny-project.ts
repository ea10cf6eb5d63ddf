/** A project so small that its whole chain takes seconds, and the real command line to work on it. It is no test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServices } from '../../src/cli/room-services.ts';
import { generateStarterCorpus, writeStarterCorpus } from '../../src/starter/index.ts';
import { type Heard, play } from '../cli/fake-context.ts';

export const TINY_CONFIG = `
corpus:
  sources:
    - { id: texte, path: ./starter/texts, sourcePer: folder }
    - { id: dialoge, path: ./starter/dialogues, content: chat }
  validationShare: 0.1
tokenizer: { vocabularySize: 400 }
model: { layers: 2, width: 32, heads: 2, keyValueHeads: 1, headWidth: 16, mlpWidth: 64, context: 96 }
pretrain: { steps: 12, batch: 2, warmupSteps: 2, validationEvery: 6, checkpointEvery: 4 }
chat: { steps: 8, batch: 2, validationEvery: 4, checkpointEvery: 4 }
`;

export function emptyFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'expchat journey ä '));
}

/** A folder with a small starter corpus and the settings above. */
export async function tinyProject(config = TINY_CONFIG): Promise<string> {
  const folder = emptyFolder();
  await writeStarterCorpus(path.join(folder, 'starter'), generateStarterCorpus({ scale: 0.02 }));
  writeFileSync(path.join(folder, 'expchat.yaml'), config);
  return folder;
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** One command with the real rooms beneath it. */
export function expchat(
  folder: string,
  command: string,
  more: Partial<Parameters<typeof play>[0]> = {},
): Promise<Heard> {
  return play({ cwd: folder, argv: command.split(' '), services: createServices('9.9.9'), ...more });
}

/** The error that `--json` writes as the last line of stderr. */
export function errorOf(heard: Heard): { code: string; message: string; next?: string; exitCode: number } {
  return JSON.parse(heard.stderr.trim().split('\n').at(-1)!).error;
}
