/** Tries once to take a data folder for a corpus run, says whether it did, and holds it until its input ends. */
import { holdCorpus } from '../../src/corpus/fetch/hold.ts';

try {
  await holdCorpus(process.argv[2]!);
  console.log('held');
  process.stdin.resume();
} catch (error) {
  console.log((error as { code: string }).code);
}
