/**
 * Writes a starter corpus into a folder: one Markdown file per document, one JSONL file per source of dialogues, and the
 * questions that are held back. It knows no content.
 */
import path from 'node:path';
import { writeDirectoryDurably, writeDurably } from '../base/index.ts';
import type { StarterCorpus } from './generate.ts';

/** Files written at the same time: their syncs overlap, and few handles are open. */
const parallelWrites = 16;

function jsonLines(values: Iterable<unknown>): string {
  return Array.from(values, (value) => `${JSON.stringify(value)}\n`).join('');
}

/**
 * Writes `texts/<source>/<document>.md`, `dialogues/<source>.jsonl` and, as the last file, `questions.jsonl`. The two
 * folders are replaced whole, anything else in `directory` is left alone. Throws what `base/files` throws.
 */
export async function writeStarterCorpus(directory: string, corpus: StarterCorpus): Promise<void> {
  await writeDirectoryDurably(path.join(directory, 'texts'), async (folder) => {
    for (let i = 0; i < corpus.documents.length; i += parallelWrites) {
      const batch = corpus.documents.slice(i, i + parallelWrites);
      await Promise.all(
        batch.map(({ source, id, text }) => writeDurably(path.join(folder, source, `${id}.md`), `${text}\n`)),
      );
    }
  });
  const bySource = new Map<string, { messages: unknown }[]>();
  for (const { source, messages } of corpus.dialogues) {
    const lines = bySource.get(source) ?? [];
    lines.push({ messages });
    bySource.set(source, lines);
  }
  await writeDirectoryDurably(path.join(directory, 'dialogues'), async (folder) => {
    for (const [source, lines] of bySource) await writeDurably(path.join(folder, `${source}.jsonl`), jsonLines(lines));
  });
  await writeDurably(path.join(directory, 'questions.jsonl'), jsonLines(corpus.questions));
}
