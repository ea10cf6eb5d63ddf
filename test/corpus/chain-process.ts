/** The whole chain in a process of its own, for the test that kills it. Arguments: the sources as JSON, the data folder. */
import { runCorpus } from '../../src/corpus/index.ts';
import { byteTokenizer, packOptions } from './fixture.ts';

const [sources, directory] = process.argv.slice(2) as [string, string];
await runCorpus(JSON.parse(sources), {
  fetch: { directory },
  filter: { threads: 2, aloneBytes: 0, profiles: { texte: 'web' }, language: 'any' },
  tokenizer: async () => byteTokenizer,
  pack: packOptions,
});
