import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError } from '../base/index.ts';
import { countWords } from './count.ts';
import { loadCounts, saveCounts } from './count-file.ts';

test('saved counts come back for their key alone, and every cut or changed file gives one error with a code', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-counts-'));
  try {
    const file = path.join(folder, 'counts.bin');
    assert.equal(await loadCounts(file, 'a'), undefined);
    const counted = await countWords(TRAINING_TEXTS);
    const facts = { filesDone: 3, names: ['ä'] };
    await saveCounts(counted, file, 'a', facts);
    assert.deepEqual(await loadCounts(file, 'a'), { counted, facts });
    assert.equal(await loadCounts(file, 'b'), undefined);
    const whole = await readFile(file);
    const refused = (error: unknown) => error instanceof ExpChatError && error.code === 'tokenizer.damaged';
    for (let length = 0; length < whole.length; length += 37) {
      await writeFile(file, whole.subarray(0, length));
      await assert.rejects(loadCounts(file, 'a'), refused, `${length} bytes`);
    }
    await writeFile(file, whole.toString('latin1').replace('"filesDone":3', '"filesDone":4'), 'latin1');
    await assert.rejects(loadCounts(file, 'a'), refused);
    for (let at = whole.indexOf(10) + 1; at < whole.length; at += 41) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      await writeFile(file, changed);
      await assert.rejects(loadCounts(file, 'a'), refused, `byte ${at}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
