/** A small corpus on disk, a byte tokenizer and a faulty disk for the tests of the corpus room. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type FileBackend, nodeBackend } from '../../src/base/index.ts';
import type { PackOptions, PackTokenizer, PackTurn, SourceSpec } from '../../src/corpus/index.ts';

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'expchat-corpus-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeFiles(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Text sources, one of them a duplicate, and chat sources in `folder/texte` and `folder/dialoge`. */
export function smallCorpus(folder: string, pages = 10, topics = 4): SourceSpec[] {
  const files: Record<string, string> = {};
  for (let i = 0; i < pages; i++) {
    files[`texte/bereich-${i % 3}/seite-${i}.md`] =
      `---\ntitle: Seite ${i}\n---\n# Größe ${i}\n\nDie Straße Nr. ${i} kostet 5 € – schön ${'ä'.repeat(i)} 😀.\n`;
  }
  files['texte/doppelt.txt'] = 'Größe 3\n\nDie  Straße Nr. 3 kostet 5 € – schön äää 😀.\n';
  files['texte/bild.png'] = 'keine Quelle';
  for (let i = 0; i < topics; i++) {
    const rows = [0, 1, 2].map((n) =>
      JSON.stringify({
        messages: [
          { role: 'user', content: `Was kostet Artikel ${i}-${n}?` },
          { role: 'assistant', content: `Er kostet ${i * 10 + n} €.` },
        ],
      }),
    );
    files[`dialoge/thema-${i}.jsonl`] = `${rows.join('\n')}\n`;
  }
  writeFiles(folder, files);
  return [
    { id: 'texte', kind: 'folder', path: path.join(folder, 'texte'), sourcePer: 'file', licence: 'own' },
    { id: 'dialoge', kind: 'folder', path: path.join(folder, 'dialoge'), sourcePer: 'file', content: 'chat' },
  ];
}

export const byteTokenizer: PackTokenizer = {
  vocabularySize: 260,
  hash: 'bytes',
  encode: (text) => Uint32Array.from(Buffer.from(text)),
  specialId: (text) => 256 + ['<|bos|>', '<|end|>', '<|user|>', '<|assistant|>'].indexOf(text),
};

export function renderTurns(messages: PackTurn[], tokenizer: PackTokenizer) {
  const ids = [tokenizer.specialId('<|bos|>')];
  const mask = [0];
  for (const { role, content } of messages) {
    const said = [...tokenizer.encode(content), tokenizer.specialId('<|end|>')];
    ids.push(tokenizer.specialId(`<|${role}|>`), ...said);
    mask.push(0, ...said.map(() => (role === 'assistant' ? 1 : 0)));
  }
  return { ids, mask };
}

export const packOptions: PackOptions = {
  validationRatio: 0.25,
  seed: 7,
  codeVersion: 'test',
  renderConversation: renderTurns,
  checkpointTokens: 60, // After nearly every source.
};

/** Every file below a folder with its SHA-256, sorted. */
export function hashesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(path.join(folder, name)))
          .digest('hex')}`,
    )
    .sort();
}

export interface FaultyDisk extends FileBackend {
  /** Changing operations so far. */
  count: number;
}

/** The real disk without the waits for it. */
export const quickDisk = (): FileBackend => faultyDisk(Number.POSITIVE_INFINITY);

/** The real disk, except that the changing operation number `failAt`, and all after it, throw `errno`. */
export function faultyDisk(failAt: number, errno = 'ENOSPC'): FaultyDisk {
  const strike = () => {
    if (++disk.count >= failAt) throw Object.assign(new Error(errno), { code: errno });
  };
  const disk: FaultyDisk = {
    ...nodeBackend,
    count: 0,
    async open(file, mode) {
      if (mode !== 'read') strike();
      const handle = await nodeBackend.open(file, mode);
      const guarded = async <T>(body: () => Promise<T>) => {
        strike();
        return body();
      };
      return {
        ...handle,
        write: (data, position) => guarded(() => handle.write(data, position)),
        sync: () => guarded(async () => undefined), // No wait for the real disk: these tests end no power supply.
      };
    },
    syncDirectory: async () => undefined,
    async rename(from, to) {
      strike();
      return nodeBackend.rename(from, to);
    },
  };
  return disk;
}
