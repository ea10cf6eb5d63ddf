/**
 * The first pass: every prepared document judged on its own, in threads, only where it was not judged before. It compares
 * no documents.
 */
import { openFile, readFully, sha256OfBytes, type WorkOptions } from '../../base/index.ts';
import { Forgotten, type StageEntry, stopIfAsked, verifiedBytes, verifyStageFile } from '../record/index.ts';
import type { TableSource } from './document-table.ts';
import { JUDGE_VERSION, type JudgeOptions } from './judge.ts';
import { createJudgeCrew, type JudgeCrew } from './judge-crew.ts';
import type { LinePart } from './judge-lines.ts';
import type { JudgementStore } from './judgement-store.ts';

/** Bytes of a job: many small sources, or a part of a large one. */
const JOB_BYTES = 2 ** 20;

export interface JudgeCorpusOptions extends WorkOptions {
  readonly judge: JudgeOptions;
  readonly threads: number;
  /** Bytes that are judged before threads begin. */
  readonly aloneBytes?: number;
}

/** Judges what is new. `prepared`: the folder of the stage before; `entries`: its sources, sorted by id. */
export async function judgeCorpus(
  prepared: string,
  entries: readonly StageEntry[],
  store: JudgementStore,
  options: JudgeCorpusOptions,
): Promise<TableSource[]> {
  const rules = rulesHash(options.judge);
  const inputOf = (entry: StageEntry) => sha256OfBytes(`${rules} ${entry.sha256}`);
  const crew = createJudgeCrew(options.judge, options.threads, (parts) => store.add(parts), options.aloneBytes);
  const job = new JobBuilder(crew);
  try {
    for (const [i, entry] of entries.entries()) {
      stopIfAsked(options.signal, 'filter');
      if (store.whole(entry.id, inputOf(entry), entry.bytes) === undefined) {
        await judgeSource(prepared, entry, inputOf(entry), store, job, options.signal);
      }
      options.onProgress?.({
        stage: 'corpus.filter.judge',
        done: i + 1,
        total: entries.length,
        unit: 'sources',
        detail: entry.id,
      });
    }
    await job.send();
    await crew.finish();
  } finally {
    await crew.close();
    await store.flush(); // Also where the run was stopped: what is judged is judged.
  }
  return entries.map((entry) => ({ id: entry.id, parts: store.whole(entry.id, inputOf(entry), entry.bytes)! }));
}

function rulesHash({ settings, language, profiles, questions, forgotten }: JudgeOptions): string {
  const gone = forgotten === undefined ? '' : Forgotten.of(forgotten).hash;
  const sorted = Object.entries(profiles).sort(([a], [b]) => (a < b ? -1 : 1));
  const { quality, repeats } = settings;
  return sha256OfBytes(JSON.stringify([JUDGE_VERSION, quality, repeats, language, sorted, questions?.hash, gone]));
}

async function judgeSource(
  prepared: string,
  entry: StageEntry,
  input: string,
  store: JudgementStore,
  job: JobBuilder,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (entry.bytes <= JOB_BYTES) {
    const lines = await verifiedBytes(prepared, entry); // Of thousands of small files each is read once.
    return job.add(lines, { source: entry.id, input, fileStart: 0 });
  }
  const handle = await openFile(await verifyStageFile(prepared, entry), 'read');
  try {
    for (let at = 0; at < entry.bytes; ) {
      stopIfAsked(signal, 'filter');
      const known = store.find(entry.id, input, at);
      if (known !== undefined) {
        at = known.fileEnd;
        continue;
      }
      const lines = await wholeLines(handle, at, entry.bytes);
      await job.add(lines, { source: entry.id, input, fileStart: at });
      at += lines.byteLength;
    }
  } finally {
    await handle.close();
  }
}

/** The lines from `at` on that end within a job's bytes, or one longer line. */
async function wholeLines(handle: Awaited<ReturnType<typeof openFile>>, at: number, fileBytes: number) {
  for (let size = JOB_BYTES; ; size *= 2) {
    const bytes = new Uint8Array(Math.min(size, fileBytes - at));
    const count = await readFully(handle, bytes, at);
    if (at + count >= fileBytes) return bytes.subarray(0, count);
    const newline = bytes.lastIndexOf(10);
    if (newline !== -1) return bytes.subarray(0, newline + 1);
  }
}

/** Gathers lines of several sources into jobs of about a megabyte. */
class JobBuilder {
  readonly #crew: JudgeCrew;
  #pieces: Uint8Array[] = [];
  #parts: LinePart[] = [];
  #bytes = 0;

  constructor(crew: JudgeCrew) {
    this.#crew = crew;
  }

  async add(lines: Uint8Array, { source, input, fileStart }: Pick<LinePart, 'source' | 'input' | 'fileStart'>) {
    this.#parts.push({ source, input, fileStart, start: this.#bytes, end: this.#bytes + lines.byteLength });
    this.#pieces.push(lines);
    this.#bytes += lines.byteLength;
    if (this.#bytes >= JOB_BYTES) await this.send();
  }

  async send(): Promise<void> {
    if (this.#parts.length === 0) return;
    const bytes = new Uint8Array(this.#bytes);
    for (const [i, piece] of this.#pieces.entries()) bytes.set(piece, this.#parts[i]!.start);
    const parts = this.#parts;
    this.#pieces = [];
    this.#parts = [];
    this.#bytes = 0;
    await this.#crew.add(bytes, parts);
  }
}
