/**
 * Token sets in memory and the batches cut from them. A stream of batches is a pure function of the set, the seed and the
 * cursor (epoch, row), so a resumed run sees what the undisturbed one would have seen. It knows no model.
 * B rows of T positions each.
 */
import { ExpChatError, Rng } from '../base/index.ts';

/** Documents one after the other. Document i is tokens[offsets[i] .. offsets[i + 1]). */
export interface TokenSet {
  readonly tokens: Uint16Array | Uint32Array;
  /** One more than there are documents. */
  readonly offsets: Uint32Array;
  /** Chat sets: 1 where a token is a supervised target. */
  readonly mask?: Uint8Array;
}

/** Where a stream of batches stands: the next row to give. */
export interface Cursor {
  readonly epoch: number;
  readonly row: number;
}

export const FIRST_CURSOR: Cursor = { epoch: 0, row: 0 };

export interface BatchShape {
  readonly batch: number;
  readonly time: number;
}

/** Row-major arrays of B * T. */
export interface Batch {
  readonly tokens: Int32Array;
  /** The token after each position; 0 where there is none. */
  readonly targets: Int32Array;
  /** 1 where the target counts, else 0. */
  readonly weights: Float32Array;
  /** Positions of one document share a number from 1; 0 is padding. */
  readonly segments: Int32Array;
}

/** Tokens of one document in a row: `tokens[from .. to)` of the set, the last target among them. */
export interface RowPart {
  readonly document: number;
  readonly from: number;
  readonly to: number;
}

/** The rows of one epoch: how many, how to write one into a batch, and what it is made of. */
interface Epoch {
  readonly rows: number;
  fill(row: number, batch: Batch, at: number): void;
  parts(row: number): RowPart[];
}

export interface BatchSource {
  readonly shape: BatchShape;
  /** Rows of the first epoch; a later epoch of chat rows may differ by a few. */
  readonly rowsPerEpoch: number;
  /** The batch at the cursor and the cursor after it; an epoch's end is followed by the next epoch's first rows. */
  next(cursor: Cursor): { readonly batch: Batch; readonly cursor: Cursor };
  /** What the batch at the cursor is made of, row by row. */
  window(cursor: Cursor): RowPart[][];
}

export function documentCount(set: TokenSet): number {
  return set.offsets.length - 1;
}

/** Throws `train.no-data` where a set has no document or no token to predict. */
function checkSet(set: TokenSet, name: string): void {
  if (documentCount(set) < 1 || set.offsets[documentCount(set)]! < 2) {
    throw new ExpChatError({
      code: 'train.no-data',
      message: `${name}: expected at least one document of two tokens, got ${documentCount(set)} documents`,
      next: 'Pack a corpus first: expchat corpus run.',
    });
  }
}

export function emptyBatch({ batch, time }: BatchShape): Batch {
  const size = batch * time;
  return {
    tokens: new Int32Array(size),
    targets: new Int32Array(size),
    weights: new Float32Array(size),
    segments: new Int32Array(size),
  };
}

/** 0 .. count - 1 in an order that seed, name and epoch decide. */
export function seededOrder(count: number, seed: number, name: string, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return Rng.named(seed, `${name}/${epoch}`).shuffle(order);
}

function batchSource(shape: BatchShape, makeEpoch: (epoch: number) => Epoch): BatchSource {
  let current = { number: 0, epoch: makeEpoch(0) };
  const rowsPerEpoch = current.epoch.rows;
  const epochAt = (number: number): Epoch => {
    if (current.number !== number) current = { number, epoch: makeEpoch(number) };
    return current.epoch;
  };
  /** Visits the rows of the batch at the cursor; returns the cursor after them. */
  const rowsAt = (cursor: Cursor, visit: (epoch: Epoch, row: number, i: number) => void): Cursor => {
    let { epoch, row } = cursor;
    for (let i = 0; i < shape.batch; i++) {
      if (row >= epochAt(epoch).rows) [epoch, row] = [epoch + 1, 0];
      visit(epochAt(epoch), row, i);
      row++;
    }
    return { epoch, row };
  };
  return {
    shape,
    rowsPerEpoch,
    next(cursor) {
      const batch = emptyBatch(shape);
      const after = rowsAt(cursor, (epoch, row, i) => epoch.fill(row, batch, i * shape.time));
      return { batch, cursor: after };
    },
    window(cursor) {
      const rows: RowPart[][] = [];
      rowsAt(cursor, (epoch, row) => rows.push(epoch.parts(row)));
      return rows;
    },
  };
}

/**
 * Pretraining: the documents in a seeded order back to back, cut into rows of T positions, the rows in a seeded order.
 * The target of a document's last token is the first of the next one: that is how a model learns where a text ends.
 */
export function pretrainBatches(set: TokenSet, shape: BatchShape, seed: number): BatchSource {
  checkSet(set, 'pretraining data');
  return batchSource(shape, (epoch) => pretrainEpoch(set, shape.time, seed, epoch));
}

function pretrainEpoch(set: TokenSet, time: number, seed: number, epoch: number): Epoch {
  const documents = seededOrder(documentCount(set), seed, 'documents', epoch);
  const starts = new Float64Array(documents.length + 1); // in the stream of this epoch
  for (const [i, document] of documents.entries()) {
    starts[i + 1] = starts[i]! + set.offsets[document + 1]! - set.offsets[document]!;
  }
  const total = starts[documents.length]!;
  const rows = Math.ceil((total - 1) / time);
  const order = seededOrder(rows, seed, 'rows', epoch);
  const fill = (row: number, batch: Batch, at: number): void => {
    const begin = order[row]! * time;
    const end = Math.min(begin + time, total - 1);
    let place = documentAt(starts, begin);
    const first = place;
    for (let position = begin; position <= end; position++) {
      while (position >= starts[place + 1]!) place++;
      const token = set.tokens[set.offsets[documents[place]!]! + position - starts[place]!]!;
      const i = at + position - begin;
      if (position > begin) {
        batch.targets[i - 1] = token;
        batch.weights[i - 1] = 1;
      }
      if (position < end) {
        batch.tokens[i] = token;
        batch.segments[i] = place - first + 1;
      }
    }
  };
  const parts = (row: number): RowPart[] => {
    const begin = order[row]! * time;
    const end = Math.min(begin + time, total - 1) + 1;
    const found: RowPart[] = [];
    for (let place = documentAt(starts, begin); place < documents.length && starts[place]! < end; place++) {
      const shift = set.offsets[documents[place]!]! - starts[place]!;
      const from = Math.max(begin, starts[place]!) + shift;
      found.push({ document: documents[place]!, from, to: Math.min(end, starts[place + 1]!) + shift });
    }
    return found;
  };
  return { rows, fill, parts };
}

/** The document at `position`: the last one whose start is at or before it. `starts` end with the end of the last one. */
export function documentAt(starts: Float64Array | Uint32Array, position: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

export interface ChatBatchOptions {
  /** Only tokens the mask marks are targets; else every token is. */
  readonly assistantOnly: boolean;
}

export interface ChatBatchSource extends BatchSource {
  /** Indices of conversations with more than T + 1 tokens: they are in no batch. */
  readonly tooLong: readonly number[];
}

/** Chat: whole conversations, best-fit packed into rows of T positions with padding after them; none is ever cropped. */
export function chatBatches(
  set: TokenSet,
  shape: BatchShape,
  seed: number,
  options: ChatBatchOptions,
): ChatBatchSource {
  checkSet(set, 'chat data');
  if (options.assistantOnly && set.mask === undefined) {
    throw new ExpChatError({ code: 'train.no-mask', message: 'chat data: expected a loss mask, got none' });
  }
  const lengths = Uint32Array.from({ length: documentCount(set) }, (_, i) => set.offsets[i + 1]! - set.offsets[i]! - 1);
  const all = [...lengths.keys()];
  const tooLong = all.filter((i) => lengths[i]! > shape.time);
  const fitting = all.filter((i) => lengths[i]! <= shape.time);
  if (fitting.length === 0) {
    throw new ExpChatError({
      code: 'train.no-data',
      message: `chat data: expected conversations of at most ${shape.time + 1} tokens, got ${tooLong.length} longer ones`,
      next: 'Choose a longer context or split the conversations.',
    });
  }
  const source = batchSource(shape, (epoch) => {
    const order = seededOrder(fitting.length, seed, 'conversations', epoch).map((i) => fitting[i]!);
    const rows = packBestFit(order, lengths, shape.time);
    Rng.named(seed, `rows/${epoch}`).shuffle(rows);
    return {
      rows: rows.length,
      fill: (row, batch, at) => fillChatRow(set, rows[row]!, batch, at, options),
      parts: (row) =>
        rows[row]!.map((document) => ({ document, from: set.offsets[document]!, to: set.offsets[document + 1]! })),
    };
  });
  return { ...source, tooLong };
}

/** How many rows are open at once: bounds the work per conversation and costs next to no padding. */
const OPEN_ROWS = 256;

/**
 * Puts each item, in order, into the open row with the least room that still holds it (best fit, Johnson 1973); returns
 * the items of each row. Every length is at most the capacity.
 */
export function packBestFit(order: ArrayLike<number>, lengths: ArrayLike<number>, capacity: number): number[][] {
  const rows: number[][] = [];
  let open: { row: number[]; room: number }[] = [];
  for (let i = 0; i < order.length; i++) {
    const item = order[i]!;
    const length = lengths[item]!;
    let best: { row: number[]; room: number } | undefined;
    for (const candidate of open) {
      if (candidate.room >= length && (best === undefined || candidate.room < best.room)) best = candidate;
    }
    if (best === undefined) {
      best = { row: [], room: capacity };
      rows.push(best.row);
      open.push(best);
    }
    best.row.push(item);
    best.room -= length;
    if (best.room === 0) open = open.filter((candidate) => candidate.room > 0);
    else if (open.length > OPEN_ROWS) {
      const fullest = open.reduce((a, b) => (b.room < a.room ? b : a));
      open = open.filter((candidate) => candidate !== fullest);
    }
  }
  return rows;
}

function fillChatRow(
  set: TokenSet,
  items: readonly number[],
  batch: Batch,
  at: number,
  options: ChatBatchOptions,
): void {
  let i = at;
  for (const [segment, item] of items.entries()) {
    const end = set.offsets[item + 1]!;
    for (let place = set.offsets[item]!; place + 1 < end; place++, i++) {
      batch.tokens[i] = set.tokens[place]!;
      batch.targets[i] = set.tokens[place + 1]!;
      batch.weights[i] = options.assistantOnly ? set.mask![place + 1]! : 1;
      batch.segments[i] = segment + 1;
    }
  }
}
