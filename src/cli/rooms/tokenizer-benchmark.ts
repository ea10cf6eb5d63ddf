/**
 * Speed of encoding, decoding and training on a folder of text, beside other packages where they are installed. Contenders
 * take turns within each round, so that a machine that slows down slows them all; figures are medians. It knows no terminal.
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExpChatError, Rng, removeTree, stopIfAborted, systemClock, type WorkOptions } from '../../base/index.ts';
import {
  documentsIn,
  importTokenizer,
  listTextFiles,
  loadTokenizer,
  measureTokenizers,
  type TextFile,
  type Tokenizer,
  trainTokenizer,
} from '../../tokenizer/index.ts';
import type { BenchTokenizerRequest } from '../services.ts';

const DOCUMENT_CHARACTERS = 4000;
const WORST_CASE_BYTES = 1_000_000;
/** Every tenth file is held out of the training that `bytesPerToken` is measured with. */
const HELD_OUT_EVERY = 10;

/** The program itself, as source or as built. */
const PROGRAM = fileURLToPath(new URL(`../main.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));

type Figures = Record<string, unknown>;

interface Contender {
  readonly name: string;
  /** Runs once over the whole text; returns the tokens. */
  readonly run: () => number;
  readonly bytes: number;
}

function rounded(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Documents of 4,000 UTF-16 units, from files spread evenly over all, of about `bytes` in all. */
async function sampleOf(files: readonly TextFile[], bytes: number): Promise<string[]> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const stride = Math.max(1, Math.floor(total / bytes));
  const documents: string[] = [];
  const decoder = new TextDecoder();
  for (let i = 0; i < files.length; i += stride) {
    for await (const piece of documentsIn(files[i]!, () => undefined)) {
      const text = decoder.decode(piece.bytes);
      for (let at = 0; at < text.length; at += DOCUMENT_CHARACTERS) {
        documents.push(text.slice(at, at + DOCUMENT_CHARACTERS).toWellFormed());
      }
    }
  }
  return documents;
}

/** Nanoseconds a byte, the median of `rounds` rounds in which the contenders take turns, after one round to warm up. */
async function takeTurns(
  contenders: readonly Contender[],
  rounds: number,
  work: WorkOptions,
): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const total = (rounds + 1) * contenders.length;
  let done = 0;
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run, bytes } of contenders) {
      stopIfAborted(work.signal, 'bench');
      work.onProgress?.({ stage: 'bench.tokenizer', done: done++, total, unit: 'rounds', detail: name });
      await systemClock.sleep(0);
      const startedMs = systemClock.nowMs();
      run();
      if (round > 0) times.get(name)!.push(((systemClock.nowMs() - startedMs) * 1e6) / bytes);
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

interface Peer {
  readonly encode: (text: string) => ArrayLike<number>;
}

/** The other packages for JavaScript that hold cl100k, from the packages installed for `directory`. */
function installedPeers(directory: string): { readonly peers: Map<string, Peer>; readonly missing: string[] } {
  const load = createRequire(path.join(directory, 'package.json'));
  const peers = new Map<string, Peer>();
  const missing: string[] = [];
  const makers: Readonly<Record<string, () => Peer>> = {
    tiktoken() {
      const encoding = load('tiktoken').get_encoding('cl100k_base');
      return { encode: (text) => encoding.encode_ordinary(text) };
    },
    'gpt-tokenizer'() {
      const { encode } = load('gpt-tokenizer/encoding/cl100k_base');
      return { encode: (text) => encode(text) };
    },
  };
  for (const [name, make] of Object.entries(makers)) {
    try {
      peers.set(name, make());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
      missing.push(name);
    }
  }
  return { peers, missing };
}

/** Inputs that are hard for a tokenizer, 1 MB each; text as strings, as ordinary text is measured. */
function worstCases(): Map<string, string | Uint8Array> {
  const rng = new Rng(1);
  const letters = 'eeeeennnniiiissssrrrraaattddhhuulllcgmobwfkzvpjyxqäöüß';
  const word = Array.from({ length: WORST_CASE_BYTES }, () => letters[rng.int(letters.length)]).join('');
  return new Map<string, string | Uint8Array>([
    ['letter', 'a'.repeat(WORST_CASE_BYTES)],
    ['spaces', ' '.repeat(WORST_CASE_BYTES)],
    ['marks', '\u0300'.repeat(WORST_CASE_BYTES / 2)],
    ['word', word],
    ['bytes', Uint8Array.from({ length: WORST_CASE_BYTES }, () => rng.int(256))],
  ]);
}

async function speedFigures(
  tokenizer: Tokenizer,
  request: BenchTokenizerRequest,
  texts: readonly string[],
  work: WorkOptions,
): Promise<Figures> {
  const { peers, missing } =
    request.ranks === undefined ? { peers: new Map(), missing: [] } : installedPeers(request.directory);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const encoded = texts.map((text) => tokenizer.encode(text));
  const tokens: Record<string, number> = {};
  const encoding = (name: string, encode: (text: string) => ArrayLike<number>): Contender => ({
    name,
    bytes,
    run: () => {
      let count = 0;
      for (const text of texts) count += encode(text).length;
      tokens[name] = count;
      return count;
    },
  });
  const contenders: Contender[] = [
    encoding('encode', (text) => tokenizer.encode(text)),
    ...[...peers].map(([name, peer]) => encoding(name, peer.encode)),
    { name: 'decode', bytes, run: () => encoded.reduce((sum, ids) => sum + tokenizer.decode(ids).length, 0) },
    ...[...worstCases()].map(([name, hard]) => ({
      name: `worst ${name}`,
      bytes: typeof hard === 'string' ? Buffer.byteLength(hard) : hard.length,
      run: () => (typeof hard === 'string' ? tokenizer.encode(hard) : tokenizer.encodeBytes(hard)).length,
    })),
  ];
  const times = await takeTurns(contenders, request.rounds, work);
  const speed = (name: string) => rounded(1000 / times.get(name)!);
  const ratios = [...times]
    .filter(([name]) => name.startsWith('worst '))
    .map(([name, time]) => [name.slice(6), rounded(time / times.get('encode')!)] as const);
  return {
    textMb: rounded(bytes / 1e6),
    rounds: request.rounds,
    tokens,
    encodeMbPerSecond: speed('encode'),
    decodeMbPerSecond: speed('decode'),
    peers: Object.fromEntries([...peers.keys()].map((name) => [name, speed(name)])),
    missingPeers: missing,
    worstCaseRatio: Math.max(...ratios.map(([, ratio]) => ratio)),
    worstCases: Object.fromEntries(ratios),
  };
}

/** Trains in a process of its own, so that its memory is measured alone. */
async function trainApart(
  request: BenchTokenizerRequest,
  directory: string,
  flags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly seconds: number; readonly peakRssMb: number }> {
  const size = String(request.vocabularySize);
  const given = ['tokenizer', 'train', request.text, '--vocabulary-size', size, '-o', directory, ...flags];
  const startedMs = systemClock.nowMs();
  const settings = { maxBuffer: 2 ** 26, ...(signal === undefined ? {} : { signal }) };
  const child = await new Promise<{ failure: Error | null; out: string; said: string }>((resolve) => {
    const args = [PROGRAM, ...given, '--json', '--quiet'];
    execFile(process.execPath, args, settings, (failure, out, said) => resolve({ failure, out, said }));
  });
  stopIfAborted(signal, 'bench');
  if (child.failure !== null) {
    const message = `bench: expected that a training ends well, got ${child.said.slice(0, 2000)}`;
    throw new ExpChatError({ code: 'bench.training-failed', message, cause: child.failure });
  }
  const seconds = rounded((systemClock.nowMs() - startedMs) / 1000);
  const report = JSON.parse(child.out) as { readonly training: { readonly peakRssMb: number } };
  return { seconds, peakRssMb: report.training.peakRssMb };
}

async function trainingFigures(
  request: BenchTokenizerRequest,
  peer: Tokenizer | undefined,
  work: WorkOptions,
): Promise<Figures> {
  const place = path.join(os.tmpdir(), `expchat-bench-${process.pid}`);
  try {
    work.onProgress?.({ stage: 'bench.tokenizer-training', done: 0, total: 2, unit: 'trainings' });
    const whole = await trainApart(request, path.join(place, 'whole'), [], work.signal);
    work.onProgress?.({ stage: 'bench.tokenizer-training', done: 1, total: 2, unit: 'trainings' });
    const rest = path.join(place, 'rest');
    await trainApart(request, rest, ['--hold-out', String(HELD_OUT_EVERY)], work.signal);
    const heldOut = await listTextFiles([request.text], { every: HELD_OUT_EVERY, side: 'held-out' });
    const tokenizers = [
      { name: 'ours', tokenizer: await loadTokenizer(rest) },
      ...(peer === undefined ? [] : [{ name: 'ranks', tokenizer: peer }]),
    ];
    async function* texts() {
      for (const file of heldOut) {
        for await (const { bytes } of documentsIn(file, () => undefined)) yield { bytes, labels: {} };
      }
    }
    const measures = await measureTokenizers(tokenizers, texts(), work);
    const [ours, ranks] = measures.tokenizers;
    return {
      vocabularySize: request.vocabularySize,
      trainSeconds: whole.seconds,
      trainPeakRssMb: whole.peakRssMb,
      bytesPerToken: rounded(ours!.bytesPerToken, 4),
      ...(ranks === undefined ? {} : { ranksBytesPerToken: rounded(ranks.bytesPerToken, 4) }),
    };
  } finally {
    await removeTree(place);
  }
}

/** Without `ranks` a tokenizer trained on the text itself is measured, and no other package beside it. */
export async function benchTokenizer(
  request: BenchTokenizerRequest,
  work: WorkOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const files = await listTextFiles([request.text]);
  const texts = await sampleOf(files, request.sampleMb * 1e6);
  if (texts.length === 0) {
    throw new ExpChatError({
      code: 'tokenizer.empty-corpus',
      kind: 'usage',
      message: `${request.text}: expected text files, found none`,
      next: 'Name a folder with text in --text.',
    });
  }
  const { ranks } = request;
  const peer = ranks === undefined ? undefined : await importTokenizer(ranks, { pattern: 'cl100k' });
  const training = request.training ? await trainingFigures(request, peer, work) : {};
  const measured = peer ?? (await trainTokenizer(texts, { ...work, vocabularySize: 4096 }));
  return { ...(await speedFigures(measured, request, texts, work)), ...training };
}
