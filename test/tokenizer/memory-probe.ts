/**
 * Loads the tokenizer named by the first argument and prints one JSON object: by how many bytes the memory of this
 * process rose at most. It is run in a process of its own for each file. It knows no limits.
 */
import { importTokenizer } from '../../src/tokenizer/index.ts';

const peakBytes = () => process.resourceUsage().maxRSS * 1024;

const before = peakBytes();
const tokenizer = await importTokenizer(process.argv[2]!, process.argv[3] === undefined ? {} : { pattern: 'gpt2' });
process.stdout.write(`${JSON.stringify({ risenBytes: peakBytes() - before, tokens: tokenizer.vocabularySize })}\n`);
