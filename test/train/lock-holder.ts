/** Tries once to take the lock of a folder, says whether it did, and holds it until its input ends. */
import { systemClock } from '../../src/base/index.ts';
import { lockRun } from '../../src/train/run-folder.ts';

try {
  await lockRun(process.argv[2]!, systemClock);
  console.log('held');
  process.stdin.resume();
} catch (error) {
  console.log((error as { code: string }).code);
}
