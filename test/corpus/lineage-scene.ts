/** A project with letters, notes, rows and dialogues, each with a text of its own, built and trained on, for the tests of lineage. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type FileBackend, nodeBackend } from '../../src/base/index.ts';
import { FORGET_FILE, Forgotten, runCorpus, type SourceSpec } from '../../src/corpus/index.ts';
import { byteTokenizer, packOptions, temporaryFolder, writeFiles } from './fixture.ts';

/** Text that is nowhere else. */
export const canaryOf = (number: number): string => `Kanarienvogel${String(number).padStart(5, '0')}zwitschert`;

/** A letter that filtering keeps; `number` is its canary. */
export const letterOf = (number: number): string =>
  `# Brief ${number}\n\nSehr geehrte Damen und Herren,\n\nder Vogel heißt ${canaryOf(number)} und wohnt in Straße ${number}.\n`;

export interface Scene {
  readonly project: string;
  readonly sources: readonly SourceSpec[];
}

/** Letters each a source, notes of one source, rows of one file, dialogues; a run trained on all of it; a tokenizer. */
export async function scene(t: TestContext, letters = 8): Promise<Scene> {
  const folder = temporaryFolder(t);
  const project = path.join(folder, 'project');
  const own = path.join(folder, 'own');
  const rows = [100, 101, 102].map((n) => JSON.stringify({ text: `Zeile ${n} nennt ${canaryOf(n)}.` }));
  const dialogues = [200, 201, 202, 203].map((n) => [
    `dialoge/thema-${n}.jsonl`,
    `${JSON.stringify({
      messages: [
        { role: 'user', content: `Wie heißt der Vogel ${n}?` },
        { role: 'assistant', content: `Er heißt ${canaryOf(n)}.` },
      ],
    })}\n`,
  ]);
  writeFiles(own, {
    ...Object.fromEntries(Array.from({ length: letters }, (_, i) => [`briefe/brief-${i}.md`, letterOf(i)])),
    'notizen/eins.txt': `Notiz eins über ${canaryOf(300)}.\n`,
    'notizen/zwei.txt': `Notiz zwei über ${canaryOf(301)}.\n`,
    'notizen/brief-0-kopie.md': letterOf(0),
    'zeilen.jsonl': `${rows.join('\n')}\n`,
    ...Object.fromEntries(dialogues),
  });
  const sources: SourceSpec[] = [
    { id: 'briefe', kind: 'folder', path: path.join(own, 'briefe'), sourcePer: 'file', licence: 'own' },
    { id: 'notizen', kind: 'folder', path: path.join(own, 'notizen') },
    { id: 'zeilen', kind: 'file', path: path.join(own, 'zeilen.jsonl') },
    { id: 'dialoge', kind: 'folder', path: path.join(own, 'dialoge'), sourcePer: 'file', content: 'chat' },
  ];
  await build({ project, sources });
  return { project, sources };
}

export async function build({ project, sources }: Scene): Promise<void> {
  const forgotten = await Forgotten.read(path.join(project, FORGET_FILE));
  await runCorpus(sources, {
    fetch: { directory: path.join(project, 'data'), forgotten },
    tokenizer: async () => byteTokenizer,
    pack: packOptions,
  });
}

/** As training leaves it. */
export function addRun(project: string, name: string): string {
  const manifest = JSON.parse(readFileSync(path.join(project, 'data/packed/manifest.json'), 'utf8'));
  const idsOf = (set: string) => (manifest.sets[set]?.sources ?? []).map(({ id }: { id: string }) => id);
  for (const phase of ['pretrain', 'chat']) {
    const dataSources = { train: idsOf(`${phase}-train`), validation: idsOf(`${phase}-val`) };
    const record = { version: 1, dataSources, identity: { phase, data: manifest.inputHash } };
    writeFiles(path.join(project, 'runs', name, phase), {
      'run.json': JSON.stringify(record),
      'final/model.safetensors': 'weights',
    });
  }
  return path.join(project, 'runs', name);
}

/** Files below a folder that have the text, as UTF-8 or UTF-16, in their bytes or their name. */
export function filesWith(folder: string, text: string): string[] {
  const needles = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .filter((name) => {
      const bytes = readFileSync(path.join(folder, name));
      return name.includes(text) || needles.some((needle) => bytes.includes(needle));
    });
}

/** A disk that is gone after so many changes, as after a kill: nothing is cleaned up either. */
export function dyingAfter(changes: number): FileBackend {
  let left = changes;
  const dying =
    <A extends unknown[], R>(act: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      if (left-- <= 0) throw Object.assign(new Error('killed'), { code: 'EIO' });
      return act(...given);
    };
  return {
    ...nodeBackend,
    rename: dying(nodeBackend.rename),
    unlink: dying(nodeBackend.unlink),
    removeDirectory: dying(nodeBackend.removeDirectory),
    async open(file, mode) {
      const handle = await nodeBackend.open(file, mode);
      return { ...handle, write: dying(handle.write) };
    },
  };
}
