/** Real German documents through the conversion and through the chain with the product's own tokenizer. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { listFilesBelow, withBackend } from '../../src/base/index.ts';
import { renderConversation } from '../../src/chat/index.ts';
import { openPacked, readFiltered, runCorpus } from '../../src/corpus/index.ts';
import { cleanText } from '../../src/corpus/text/clean.ts';
import { markdownToText } from '../../src/corpus/text/markdown.ts';
import { type Tokenizer, trainTokenizer } from '../../src/tokenizer/index.ts';
import { packOptions, quickDisk, smallCorpus, temporaryFolder } from './fixture.ts';

const statutes = path.join(import.meta.dirname, '../../../shared/data/gesetze');
const absent = existsSync(statutes) ? false : 'the folder ../shared/data/gesetze is absent';

/** Non-ASCII letters and signs with their counts; spaces, soft hyphens and control characters are not among them. */
function countsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const letter of text.normalize('NFC').match(/[^\u0000-\u009f\u00ad\u200b\ufeff\s]/gu) ?? []) {
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return counts;
}

test('every non-ASCII character in the body of a statute is in its prepared text as often', {
  skip: absent,
}, async () => {
  const files = (await listFilesBelow(statutes)).filter((name, i) => name.endsWith('.md') && i % 30 === 0);
  assert.ok(files.length > 50);
  for (const name of files) {
    const source = readFileSync(path.join(statutes, name), 'utf8');
    const body = source.slice(source.indexOf('\n---', 3) + 4);
    assert.deepEqual(countsOf(cleanText(markdownToText(source).text)), countsOf(body), name);
  }
});

test('the chain with a trained tokenizer packs what decodes to the filtered text, and masks by its chat format', async (t) => {
  await withBackend(quickDisk(), async () => {
    const folder = temporaryFolder(t);
    const directory = path.join(folder, 'data');
    async function* texts(): AsyncGenerator<string> {
      for await (const record of readFiltered(directory)) {
        yield record.text ?? record.messages!.map((turn) => turn.content).join('\n');
      }
    }
    let tokenizer: Tokenizer | undefined;
    await runCorpus(smallCorpus(folder), {
      fetch: { directory },
      tokenizer: async () => {
        tokenizer = await trainTokenizer(texts(), { vocabularySize: 300 });
        return tokenizer;
      },
      pack: { ...packOptions, renderConversation },
    });
    const packed = path.join(directory, 'packed');
    const { tokens, offsets } = await openPacked(packed, 'pretrain-train');
    const kept = new Set<string>();
    for await (const record of readFiltered(directory, { kind: 'text' })) kept.add(record.text!);
    for (let i = 0; i + 1 < offsets.length; i++) {
      assert.ok(kept.has(tokenizer!.decode(tokens.subarray(offsets[i]! + 1, offsets[i + 1]!))));
    }
    const chat = await openPacked(packed, 'chat-train');
    const targets = chat.tokens.filter((id, i) => chat.mask![i] === 1 && !tokenizer!.isSpecial(id));
    assert.match(tokenizer!.decode(targets), /^(?:Er kostet \d+ €\.)+$/);
  });
});
