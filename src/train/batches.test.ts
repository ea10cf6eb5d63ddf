import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpChatError } from '../base/index.ts';
import {
  type Batch,
  type BatchSource,
  type Cursor,
  chatBatches,
  FIRST_CURSOR,
  packBestFit,
  pretrainBatches,
  type TokenSet,
} from './batches.ts';

/** Documents of the given lengths; each token is unique, so that a batch tells where each came from. */
function setOf(lengths: readonly number[], masked = true): TokenSet {
  const offsets = [0];
  for (const length of lengths) offsets.push(offsets.at(-1)! + length);
  const tokens = Uint32Array.from({ length: offsets.at(-1)! }, (_, i) => i + 1);
  const mask = Uint8Array.from(tokens, (token) => (offsets.includes(token - 1) ? 0 : token % 2));
  return { tokens, offsets: Uint32Array.from(offsets), ...(masked ? { mask } : {}) };
}

const lengthsOf = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 40 });
const shapeOf = fc.record({ batch: fc.integer({ min: 1, max: 5 }), time: fc.integer({ min: 1, max: 40 }) });

/** The rows of the first `epochs` epochs. */
function rowsOf(source: BatchSource, rows: number): Batch[] {
  const { batch, time } = source.shape;
  const found: Batch[] = [];
  let cursor = FIRST_CURSOR;
  while (found.length < rows) {
    const next = source.next(cursor);
    for (let i = 0; i < batch && found.length < rows; i++) {
      const part = <T extends Int32Array | Float32Array>(x: T) => x.slice(i * time, (i + 1) * time) as T;
      const { tokens, targets, weights, segments } = next.batch;
      found.push({
        tokens: part(tokens),
        targets: part(targets),
        weights: part(weights),
        segments: part(segments),
      });
    }
    cursor = next.cursor;
  }
  return found;
}

test('an epoch of pretraining has every token but the first of its stream exactly once as a target', () => {
  fc.assert(
    fc.property(lengthsOf, shapeOf, fc.nat(), (lengths, shape, seed) => {
      const set = setOf(lengths);
      const source = pretrainBatches(set, shape, seed);
      const targets: number[] = [];
      for (const row of rowsOf(source, source.rowsPerEpoch)) {
        for (const [i, weight] of row.weights.entries()) if (weight === 1) targets.push(row.targets[i]!);
      }
      assert.equal(targets.length, set.tokens.length - 1);
      assert.equal(new Set(targets).size, targets.length);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('within a segment of pretraining the tokens follow each other in their document, and the next one begins a new segment', () => {
  const set = setOf([7, 3, 12, 1, 5, 20]);
  const documentOf = (token: number) => set.offsets.findLastIndex((offset) => offset < token);
  for (const row of rowsOf(pretrainBatches(set, { batch: 2, time: 9 }, 4), 18)) {
    for (let i = 0; i < 9; i++) {
      if (row.segments[i] === 0) {
        assert.deepEqual([row.tokens[i], row.weights[i]], [0, 0]);
        continue;
      }
      if (row.weights[i] === 1 && documentOf(row.targets[i]!) === documentOf(row.tokens[i]!)) {
        assert.equal(row.targets[i], row.tokens[i]! + 1);
      }
      if (i > 0) {
        const same = documentOf(row.tokens[i]!) === documentOf(row.tokens[i - 1]!);
        assert.equal(row.segments[i] === row.segments[i - 1], same);
      }
    }
  }
});

test('an epoch of chat has every conversation that fits whole and exactly once, and names the longer ones', () => {
  fc.assert(
    fc.property(lengthsOf, shapeOf, fc.nat(), (lengths, shape, seed) => {
      const set = setOf(lengths);
      const fits = lengths.filter((length) => length - 1 <= shape.time && length > 1).length;
      if (!lengths.some((length) => length - 1 <= shape.time)) return;
      const source = chatBatches(set, shape, seed, { assistantOnly: true });
      assert.deepEqual(
        source.tooLong,
        [...lengths.keys()].filter((i) => lengths[i]! - 1 > shape.time),
      );
      const seen = new Set<number>();
      for (const row of rowsOf(source, source.rowsPerEpoch)) {
        for (let i = 0; i < shape.time; ) {
          const segment = row.segments[i]!;
          if (segment === 0) {
            assert.ok(row.segments.subarray(i).every((x) => x === 0) && row.weights.subarray(i).every((x) => x === 0));
            break;
          }
          const document = set.offsets.indexOf(row.tokens[i]! - 1);
          assert.ok(document >= 0 && !seen.has(document), 'a conversation begins at its first token, once');
          seen.add(document);
          for (let j = 0; j < lengths[document]! - 1; j++, i++) {
            assert.equal(row.segments[i], segment);
            assert.equal(row.tokens[i], set.offsets[document]! + j + 1);
            assert.equal(row.targets[i], row.tokens[i]! + 1);
            assert.equal(row.weights[i], set.mask![row.targets[i]! - 1]);
          }
        }
      }
      assert.equal(seen.size, fits);
    }),
    { seed: 2, numRuns: 100 },
  );
});

test('without the assistant-only mask every token of a conversation is a target', () => {
  const source = chatBatches(setOf([4, 6], false), { batch: 1, time: 8 }, 1, { assistantOnly: false });
  const weights = rowsOf(source, source.rowsPerEpoch).flatMap((row) => [...row.weights]);
  assert.equal(
    weights.reduce((a, b) => a + b, 0),
    3 + 5,
  );
});

test('best-fit packing never overfills a row, keeps every item once and wastes little', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 300 }), (lengths) => {
      const rows = packBestFit([...lengths.keys()], lengths, 50);
      for (const row of rows) assert.ok(row.reduce((sum, item) => sum + lengths[item]!, 0) <= 50);
      assert.deepEqual(
        rows.flat().sort((a, b) => a - b),
        [...lengths.keys()],
      );
      const least = Math.ceil(lengths.reduce((a, b) => a + b, 0) / 50);
      assert.ok(rows.length <= 1.7 * least + 1, `${rows.length} rows where ${least} might do`); // best fit's bound
    }),
    { seed: 3, numRuns: 100 },
  );
});

test('a stream continued at any cursor is the stream that was never left', () => {
  const set = setOf([9, 4, 13, 2, 8, 8, 3]);
  const sources = (): BatchSource[] => [
    pretrainBatches(set, { batch: 3, time: 5 }, 8),
    chatBatches(set, { batch: 2, time: 12 }, 8, { assistantOnly: true }),
  ];
  for (const which of [0, 1]) {
    const whole = sources()[which]!;
    let cursor: Cursor = FIRST_CURSOR;
    for (let i = 0; i < 20; i++) {
      const expected = whole.next(cursor);
      assert.deepEqual(sources()[which]!.next(JSON.parse(JSON.stringify(cursor))), expected);
      cursor = expected.cursor;
    }
    assert.ok(cursor.epoch >= 2, 'several epochs were passed');
  }
});

test('another seed or epoch gives another order, the same one the same', () => {
  const set = setOf(Array.from({ length: 30 }, () => 10));
  const shape = { batch: 4, time: 10 };
  const first = pretrainBatches(set, shape, 1).next(FIRST_CURSOR).batch.tokens;
  assert.deepEqual(pretrainBatches(set, shape, 1).next(FIRST_CURSOR).batch.tokens, first);
  assert.notDeepEqual(pretrainBatches(set, shape, 2).next(FIRST_CURSOR).batch.tokens, first);
  assert.notDeepEqual(pretrainBatches(set, shape, 1).next({ epoch: 1, row: 0 }).batch.tokens, first);
});

test('a set without documents, or with none that fits, is an error', () => {
  const codeIs = (code: string) => (error: unknown) => error instanceof ExpChatError && error.code === code;
  const empty: TokenSet = { tokens: new Uint16Array(0), offsets: Uint32Array.of(0) };
  assert.throws(() => pretrainBatches(empty, { batch: 1, time: 4 }, 1), codeIs('train.no-data'));
  assert.throws(
    () => chatBatches(setOf([9, 8]), { batch: 1, time: 4 }, 1, { assistantOnly: true }),
    codeIs('train.no-data'),
  );
  assert.throws(
    () => chatBatches(setOf([3, 3], false), { batch: 1, time: 4 }, 1, { assistantOnly: true }),
    codeIs('train.no-mask'),
  );
});

test('the window of a batch names exactly the tokens that are in it, row by row', () => {
  fc.assert(
    fc.property(lengthsOf, shapeOf, fc.nat(), fc.boolean(), (lengths, shape, seed, chat) => {
      const set = setOf(chat ? lengths.map((length) => Math.min(length + 1, shape.time + 1)) : lengths);
      const source = chat ? chatBatches(set, shape, seed, { assistantOnly: false }) : pretrainBatches(set, shape, seed);
      let cursor = FIRST_CURSOR;
      for (let i = 0; i < 4; i++) {
        const { batch, cursor: after } = source.next(cursor);
        for (const [row, parts] of source.window(cursor).entries()) {
          const seen = new Set<number>();
          for (let at = row * shape.time; at < (row + 1) * shape.time; at++) {
            if (batch.segments[at]! > 0) seen.add(batch.tokens[at]!);
            if (batch.weights[at] === 1) seen.add(batch.targets[at]!);
          }
          const named = parts.flatMap(({ from, to }) => [...set.tokens.subarray(from, to)]);
          assert.deepEqual(new Set(named), seen);
          for (const { document, from, to } of parts) {
            assert.ok(from >= set.offsets[document]! && to <= set.offsets[document + 1]! && from < to);
          }
        }
        cursor = after;
      }
    }),
    { seed: 5, numRuns: 60 },
  );
});
