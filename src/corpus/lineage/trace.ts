/**
 * From a text back to the documents that have it: source, place, what became of the document, and the tokens it became.
 * One pass over the stage files in memory that does not grow with them.
 */
import type { WorkOptions } from '../../base/index.ts';
import { type DocumentRecord, readRecords, type StageEntry } from '../record/index.ts';
import { decisionsOn } from './decisions.ts';
import { ByteProgress, placesOf, readBook, stageFiles } from './project.ts';
import { type ShardRange, shardsOf } from './shards.ts';
import { excerptAt, placeInText, type TextMatch, TextQuery } from './text-query.ts';

export interface TraceMatch {
  readonly id: string;
  readonly source: string;
  readonly origin: string;
  readonly licence: string;
  readonly title?: string;
  readonly section?: string;
  readonly page?: number;
  /** Of a dialogue: which turn, from 1. */
  readonly message?: number;
  /** In the cleaned text, from 1. */
  readonly line: number;
  readonly character: number;
  readonly excerpt: string;
  readonly exact: boolean;
  /** Share of the words that were looked for; 1 where it is exact. */
  readonly share: number;
  /** Words of the longest run that both have. */
  readonly longestRun: number;
  /** `changed`: the document was kept, but what is left of it no longer has this text. `unfiltered`: no filter ran yet. */
  readonly status: 'kept' | 'dropped' | 'changed' | 'unfiltered';
  /** Why it was left out, where that is known. */
  readonly reason?: string;
  /** Of a duplicate: the document that stayed in its place. */
  readonly stayed?: string;
  readonly shards: readonly ShardRange[];
}

export interface TraceReport {
  /** Words of the text that was looked for. */
  readonly words: number;
  readonly documents: number;
  readonly bytes: number;
  /** Documents with all of it, and those with a part of it only; more than are listed, where there are more. */
  readonly exact: number;
  readonly similar: number;
  /** The best first. */
  readonly matches: readonly TraceMatch[];
}

export interface TraceOptions extends WorkOptions {
  /** So many matches are listed; default 20. */
  readonly limit?: number;
}

interface Found {
  readonly match: Omit<TraceMatch, 'shards' | 'reason' | 'stayed'>;
  readonly ordinal: number;
}

/** The best so many of all that are found. */
class Ranking {
  readonly #limit: number;
  found: Found[] = [];
  exact = 0;
  similar = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(one: Found): void {
    if (one.match.exact) this.exact++;
    else this.similar++;
    this.found.push(one);
    if (this.found.length >= this.#limit * 2 + 100) this.cut();
  }

  cut(): void {
    const rank = ({ match }: Found) => [match.exact ? 0 : 1, match.status === 'dropped' ? 1 : 0, -match.share] as const;
    this.found.sort((a, b) => {
      const [x, y] = [rank(a), rank(b)];
      return x[0] - y[0] || x[2] - y[2] || x[1] - y[1] || (a.match.id < b.match.id ? -1 : 1);
    });
    this.found.length = Math.min(this.found.length, this.#limit);
  }
}

/** Looks for a text in the prepared and filtered documents of the project in `directory`. Throws `corpus.bad-query`. */
export async function traceText(directory: string, text: string, options: TraceOptions = {}): Promise<TraceReport> {
  const query = new TextQuery(text);
  const places = placesOf(directory);
  const books = { prepared: await readBook(places.prepared), filtered: await readBook(places.filtered) };
  const files = {
    prepared: await stageFiles(places.prepared, books.prepared),
    filtered: await stageFiles(places.filtered, books.filtered),
  };
  const bytes = [...files.prepared.values(), ...files.filtered.values()].reduce((sum, file) => sum + file.bytes, 0);
  const progress = new ByteProgress('corpus.trace', bytes, options);
  const ranking = new Ranking(options.limit ?? 20);
  let documents = 0;
  for (const source of [...new Set([...files.prepared.keys(), ...files.filtered.keys()])].sort()) {
    const kept = new Map<string, boolean>(); // Id to whether it was found.
    const filteredFile = files.filtered.get(source);
    if (filteredFile !== undefined) {
      for await (const record of readRecords(filteredFile.file)) {
        const found = matchRecord(query, record, 'kept');
        if (found !== undefined) ranking.add({ match: found, ordinal: kept.size });
        kept.set(record.id, found !== undefined);
        documents++;
      }
      progress.add(filteredFile.bytes, source);
    }
    const preparedFile = files.prepared.get(source);
    if (preparedFile === undefined) continue;
    for await (const record of readRecords(preparedFile.file)) {
      if (!kept.has(record.id)) documents++;
      if (kept.get(record.id) === true) continue;
      const status = kept.has(record.id) ? 'changed' : books.filtered.size === 0 ? 'unfiltered' : 'dropped';
      const found = matchRecord(query, record, status);
      if (found !== undefined) ranking.add({ match: found, ordinal: -1 });
    }
    progress.add(preparedFile.bytes, source);
  }
  ranking.cut();
  const matches = await withFate(ranking.found, places, books);
  return { words: query.words.length, documents, bytes, exact: ranking.exact, similar: ranking.similar, matches };
}

function matchRecord(
  query: TextQuery,
  record: DocumentRecord,
  status: TraceMatch['status'],
): Found['match'] | undefined {
  const texts = record.text === undefined ? (record.messages ?? []).map((turn) => turn.content) : [record.text];
  let best: TextMatch | undefined;
  let number = 0;
  for (const [i, text] of texts.entries()) {
    const match = query.match(text);
    if (match === undefined || (best !== undefined && best.share >= match.share)) continue;
    best = match;
    number = i;
  }
  if (best === undefined) return undefined;
  const { offset, ...measures } = best;
  const { id, source, origin, licence, title } = record;
  const { section, page } = record as { section?: string; page?: number };
  return {
    id,
    source,
    origin,
    licence,
    ...(title === undefined ? {} : { title }),
    ...(section === undefined ? {} : { section }),
    ...(page === undefined ? {} : { page }),
    ...(record.kind === 'chat' ? { message: number + 1 } : {}),
    ...placeInText(texts[number]!, offset),
    excerpt: excerptAt(texts[number]!, offset),
    ...measures,
    status,
  };
}

/** Adds what became of each document. */
async function withFate(
  found: readonly Found[],
  places: ReturnType<typeof placesOf>,
  books: Readonly<Record<'prepared' | 'filtered', ReadonlyMap<string, StageEntry>>>,
): Promise<TraceMatch[]> {
  const kept = found.filter(({ ordinal }) => ordinal >= 0).map(({ match, ordinal }) => ({ ...match, ordinal }));
  const shards = await shardsOf(places.packed, books.filtered, kept);
  const dropped = new Set(found.filter(({ match }) => match.status === 'dropped').map(({ match }) => match.id));
  const decisions = await decisionsOn(dropped, places.filtered, [books.prepared, books.filtered]);
  return found.map(({ match }) => {
    const { reason, kept: stayed } = decisions.get(match.id) ?? {};
    const why = { ...(reason === undefined ? {} : { reason }), ...(stayed === undefined ? {} : { stayed }) };
    return { ...match, ...why, shards: shards.get(match.id) ?? [] };
  });
}
