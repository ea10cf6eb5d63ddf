/** Forgets in a process of its own, for the test that kills it. Arguments: the project, a pattern. */
import { executeForget, planForget } from '../../src/corpus/index.ts';

const [project, value] = process.argv.slice(2) as [string, string];
const plan = await planForget(project, { value });
process.stdout.write('begins\n');
await executeForget(project, plan);
