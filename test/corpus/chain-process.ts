/** The whole chain on the small corpus in a process of its own, for the test that kills it. Arguments: folder, data. */
import { runCorpus } from '../../src/corpus/index.ts';
import { byteTokenizer, packOptions, smallCorpus } from './fixture.ts';

const [folder, directory] = process.argv.slice(2) as [string, string];
await runCorpus(smallCorpus(folder), {
  fetch: { directory },
  tokenizer: async () => byteTokenizer,
  pack: packOptions,
});
