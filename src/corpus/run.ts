/** All stages in order, with the tokenizer made between filter and pack by the caller. */

import type { SourceSpec } from './fetch/index.ts';
import { type FetchOptions, type FetchReport, fetchCorpus, holdCorpus } from './fetch/index.ts';
import { type FilterOptions, type FilterReport, filterCorpus } from './filter/index.ts';
import type { PackedManifest } from './pack/index.ts';
import { type PackOptions, type PackTokenizer, packCorpus } from './pack/index.ts';
import { type PrepareOptions, prepareCorpus, type StageReport } from './prepare/index.ts';

export interface RunCorpusOptions<T extends PackTokenizer> {
  readonly fetch: FetchOptions;
  readonly prepare?: PrepareOptions;
  readonly filter?: FilterOptions;
  /** Makes or loads the tokenizer, after filtering. */
  readonly tokenizer: () => Promise<T>;
  readonly pack: PackOptions<T>;
}

export interface RunCorpusReport {
  readonly fetch: FetchReport;
  readonly prepare: StageReport;
  readonly filter: FilterReport;
  readonly manifest: PackedManifest;
}

/**
 * Runs fetch, prepare, filter, the tokenizer and pack; finished work of an earlier run is kept. Throws `corpus.locked` where
 * another run is at work in the folder.
 */
export async function runCorpus<T extends PackTokenizer>(
  sources: readonly SourceSpec[],
  options: RunCorpusOptions<T>,
): Promise<RunCorpusReport> {
  const { directory, signal, onProgress } = options.fetch;
  const { forgotten } = options.fetch;
  const work = { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
  const reading = { ...work, ...(forgotten ? { forgotten } : {}) };
  const release = await holdCorpus(directory, options.fetch.clock);
  try {
    const fetched = await fetchCorpus(sources, { ...options.fetch, held: true });
    const prepared = await prepareCorpus(directory, { ...reading, ...options.prepare });
    const filtered = await filterCorpus(directory, { ...reading, ...options.filter });
    const tokenizer = await options.tokenizer();
    const manifest = await packCorpus(directory, tokenizer, { ...work, ...options.pack });
    return { fetch: fetched, prepare: prepared, filter: filtered, manifest };
  } finally {
    await release();
  }
}
