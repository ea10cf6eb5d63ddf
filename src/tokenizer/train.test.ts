import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, type ProgressEvent, Rng } from '../base/index.ts';
import { splitExpression } from './pre-split.ts';
import { trainTokenizer } from './train.ts';

const encoder = new TextEncoder();

/** Training by the book: every step counts all pairs anew. Spelled tokens are strings of one character a byte. */
function trainByTheBook(
  texts: readonly string[],
  maxMerges: number,
  minFrequency: number,
  maxTokenBytes: number,
): string[] {
  const words = texts.flatMap((text) => text.match(splitExpression()) ?? []);
  const sequences = words.map((word) => Array.from(encoder.encode(word)));
  const spellings = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  while (spellings.length < 256 + maxMerges) {
    const counts = new Map<string, { left: number; right: number; count: number }>();
    for (const sequence of sequences) {
      for (let i = 0; i + 1 < sequence.length; i++) {
        const key = `${sequence[i]} ${sequence[i + 1]}`;
        const entry = counts.get(key) ?? { left: sequence[i]!, right: sequence[i + 1]!, count: 0 };
        entry.count++;
        counts.set(key, entry);
      }
    }
    const best = [...counts.values()]
      .filter(({ count }) => count >= minFrequency)
      .filter(({ left, right }) => (spellings[left]! + spellings[right]!).length <= maxTokenBytes)
      .filter(({ left, right }) => !spellings.includes(spellings[left]! + spellings[right]!))
      .sort((a, b) => b.count - a.count || a.left - b.left || a.right - b.right)[0];
    if (best === undefined) break;
    spellings.push(spellings[best.left]! + spellings[best.right]!);
    for (const sequence of sequences) {
      for (let i = 0; i + 1 < sequence.length; i++) {
        if (sequence[i] === best.left && sequence[i + 1] === best.right) sequence.splice(i, 2, spellings.length - 1);
      }
    }
  }
  return spellings.slice(256);
}

async function learnt(
  texts: readonly string[],
  maxMerges: number,
  minFrequency = 2,
  maxTokenBytes = 64,
): Promise<string[]> {
  const tokenizer = await trainTokenizer(texts, { vocabularySize: 262 + maxMerges, minFrequency, maxTokenBytes });
  const spelled: string[] = [];
  for (let id = 256; id < tokenizer.vocabularySize - 6; id++) {
    spelled.push(String.fromCharCode(...tokenizer.tokenBytes(id)));
  }
  return spelled;
}

test('training gives the tokens of training by the book on random small corpora', async () => {
  const letters = fc.constantFrom('a', 'a', 'b', 'ab', 'c', 'ä', ' ', ' ', '\n', '1', '.');
  const corpus = fc.array(
    fc.array(letters, { maxLength: 60 }).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(
      corpus,
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 2, max: 12 }),
      async (texts, merges, minFrequency, maxTokenBytes) => {
        const all = [...texts, 'x'];
        assert.deepEqual(
          await learnt(all, merges, minFrequency, maxTokenBytes),
          trainByTheBook(all, merges, minFrequency, maxTokenBytes),
        );
      },
    ),
    { seed: 21, numRuns: 150 },
  );
});

test('training gives the tokens of training by the book on runs of one letter and on real sentences', async () => {
  const runs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 20, 33].map((length) => `${'a'.repeat(length)}\n`);
  assert.deepEqual(await learnt(runs, 40, 1), trainByTheBook(runs, 40, 1, 64));
  assert.deepEqual(await learnt(TRAINING_TEXTS, 150), trainByTheBook(TRAINING_TEXTS, 150, 2, 64));
});

test('the same documents in any order give the same tokenizer', async () => {
  const documents = TRAINING_TEXTS.flatMap((text) => text.split('. '));
  const first = await trainTokenizer(documents, { vocabularySize: 450 });
  const rng = new Rng(5);
  for (let round = 0; round < 5; round++) {
    const shuffled = rng.shuffle([...documents]);
    assert.equal((await trainTokenizer(shuffled, { vocabularySize: 450 })).hash, first.hash);
  }
});

test('a vocabulary that the text can not fill is smaller and says so', async () => {
  const small = await trainTokenizer(['abab abab'], { vocabularySize: 1000 });
  assert.ok(small.vocabularySize < 1000);
  assert.equal(small.training?.stoppedEarly, true);
  assert.equal(small.training?.requestedVocabularySize, 1000);
  const full = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 300 });
  assert.equal(full.vocabularySize, 300);
  assert.equal(full.training?.stoppedEarly, false);
});

test('no token is longer than the maximum and none takes the name of a special token', async () => {
  const texts = [...TRAINING_TEXTS, 'Garantie\nGarantie\nGarantieschein\n'.repeat(9)];
  const spelled = async (specialTokens: string[]) => {
    const tokenizer = await trainTokenizer(texts, { vocabularySize: 400, specialTokens, maxTokenBytes: 8 });
    const ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
    return ids.map((id) => new TextDecoder().decode(tokenizer.tokenBytes(id)));
  };
  const free = await spelled(['<|pad|>']);
  assert.ok(free.includes('Garantie') && free.every((token) => new TextEncoder().encode(token).length <= 8));
  assert.ok(!(await spelled(['<|pad|>', 'Garantie'])).includes('Garantie'));
});

test('bad options, an empty corpus and a fired signal each give one error with a code', async () => {
  const codeOf = (code: string) => (error: unknown) => error instanceof ExpChatError && error.code === code;
  await assert.rejects(trainTokenizer([], { vocabularySize: 300 }), codeOf('tokenizer.empty-corpus'));
  await assert.rejects(trainTokenizer(['', ''], { vocabularySize: 300 }), codeOf('tokenizer.empty-corpus'));
  for (const vocabularySize of [0, 261, 2.5, Number.NaN, 2 ** 30]) {
    await assert.rejects(trainTokenizer(['a'], { vocabularySize }), codeOf('limits.integer'));
  }
  for (const specialTokens of [['<|a|>', '<|a|>'], [''], ['a'], ['\ud800']]) {
    await assert.rejects(
      trainTokenizer(['a'], { vocabularySize: 300, specialTokens }),
      codeOf('tokenizer.special-tokens'),
    );
  }
  const signal = AbortSignal.abort();
  await assert.rejects(trainTokenizer(['a'], { vocabularySize: 300, signal }), codeOf('tokenizer.stopped'));
});

test('a signal stops the training between two units of work, and progress reports both stages', async () => {
  const controller = new AbortController();
  const events: ProgressEvent[] = [];
  function* endless(): Generator<string> {
    for (;;) yield TRAINING_TEXTS[0]!;
  }
  setTimeout(() => controller.abort(), 80);
  await assert.rejects(
    trainTokenizer(endless(), {
      vocabularySize: 300,
      signal: controller.signal,
      onProgress: (event) => events.push(event),
    }),
    (error) => error instanceof ExpChatError && error.code === 'tokenizer.stopped' && error.kind === 'stopped',
  );
  assert.ok(events.length > 0);
  await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 300, onProgress: (event) => events.push(event) });
  assert.deepEqual([...new Set(events.map((event) => event.stage))], ['tokenizer.count', 'tokenizer.merge']);
  assert.equal(events.at(-1)?.done, 38);
});
