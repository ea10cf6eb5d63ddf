/** Law 6 on real files: text, PDF, office files, damaged ones. Skipped where the folder of test data is absent. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { trainTokenizer } from '../../src/tokenizer/index.ts';
import { TRAINING_TEXTS } from './sample-texts.ts';

const folder = path.resolve(import.meta.dirname, '../../../shared/data');
const skip = existsSync(folder) ? false : 'the folder ../shared/data with real text is not there';

test('decoding the ids of every file of the test data gives its bytes back', { skip }, async () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
  assert.ok(files.length > 0);
  const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });
  let bytesRead = 0;
  for (const file of files) {
    const bytes = readFileSync(file);
    const decoded = tokenizer.decodeBytes(tokenizer.encodeBytes(bytes));
    assert.ok(bytes.equals(decoded), `${path.relative(folder, file)} came back changed`);
    bytesRead += bytes.length;
  }
  assert.ok(bytesRead > 0);
});
