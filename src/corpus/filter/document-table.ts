/**
 * All judged documents of a corpus in the order of their source ids and places, what they are compared by in flat arrays:
 * about half a kilobyte a document beside its id. It knows no threshold and decides nothing.
 */
import { BAND_NUMBERS, HEAD, PIECE, SIGNATURE_NUMBERS } from './judge.ts';
import type { JudgedLine } from './judge-lines.ts';
import type { JudgementStore, StoredPart } from './judgement-store.ts';
import { SIGNATURE_LENGTH, type Sketch } from './minhash.ts';

export interface TableSource {
  readonly id: string;
  readonly parts: readonly StoredPart[];
}

/** Numbers kept of samples that were read, so that a cluster is read once: 32 MB. */
const SAMPLE_CACHE_NUMBERS = 8 * 2 ** 20;

export class DocumentTable {
  readonly documents: readonly JudgedLine[];
  /** Number of the source of each document. */
  readonly sourceOf: Uint32Array;
  readonly sources: readonly TableSource[];
  /** 1 where a document has bands, a signature and a sample. */
  readonly sketched: Uint8Array;
  readonly bandKeys: Uint32Array;
  readonly signatures: Uint16Array;
  /** Six numbers for each piece, and its document. */
  pieces = new Uint32Array(PIECE.length * 1024);
  pieceDocuments = new Uint32Array(1024);
  pieceCount = 0;
  readonly #store: JudgementStore;
  readonly #levels: Uint8Array;
  readonly #sampleLengths: Uint32Array;
  readonly #sampleAt: Float64Array;
  readonly #partOf: readonly StoredPart[];
  readonly #samples = new Map<number, Uint32Array>();
  #cached = 0;

  private constructor(store: JudgementStore, sources: readonly TableSource[]) {
    this.#store = store;
    this.sources = sources;
    const documents: JudgedLine[] = [];
    const partOf: StoredPart[] = [];
    const sourceOf: number[] = [];
    for (const [number, { parts }] of sources.entries()) {
      for (const part of parts) {
        for (const document of part.documents) {
          documents.push(document);
          partOf.push(part);
          sourceOf.push(number);
        }
      }
    }
    const count = documents.length;
    this.documents = documents;
    this.#partOf = partOf;
    this.sourceOf = Uint32Array.from(sourceOf);
    this.sketched = new Uint8Array(count);
    this.bandKeys = new Uint32Array(count * BAND_NUMBERS);
    this.signatures = new Uint16Array(count * SIGNATURE_LENGTH);
    this.#levels = new Uint8Array(count);
    this.#sampleLengths = new Uint32Array(count);
    this.#sampleAt = new Float64Array(count);
  }

  static async load(store: JudgementStore, sources: readonly TableSource[]): Promise<DocumentTable> {
    const table = new DocumentTable(store, sources);
    let first = 0;
    for (const { parts } of sources) {
      for (const part of parts) {
        table.#take(first, part, await store.numbersOf(part));
        first += part.documents.length;
      }
    }
    return table;
  }

  get count(): number {
    return this.documents.length;
  }

  /** Share of the 112 minima that two sketched documents have in common: an estimate of their similarity. */
  estimate(a: number, b: number): number {
    const { signatures } = this;
    let equal = 0;
    for (let i = 0; i < SIGNATURE_LENGTH; i++) {
      if (signatures[a * SIGNATURE_LENGTH + i] === signatures[b * SIGNATURE_LENGTH + i]) equal++;
    }
    return equal / SIGNATURE_LENGTH;
  }

  async sampleOf(document: number): Promise<Pick<Sketch, 'level' | 'sample'>> {
    let sample = this.#samples.get(document);
    if (sample === undefined) {
      const { file } = this.#partOf[document]!;
      sample = await this.#store.read(file, this.#sampleAt[document]!, this.#sampleLengths[document]!);
      this.#cached += sample.length;
    } else this.#samples.delete(document); // Set again below: the map's order is that of the last use.
    this.#samples.set(document, sample);
    for (const [oldest, old] of this.#samples) {
      if (this.#cached <= SAMPLE_CACHE_NUMBERS || oldest === document) break;
      this.#samples.delete(oldest);
      this.#cached -= old.length;
    }
    return { level: this.#levels[document]!, sample };
  }

  #take(first: number, part: StoredPart, numbers: Uint32Array): void {
    for (let i = 0; i < part.documents.length; i++) {
      const at = part.offsets[i]!;
      const pieces = numbers[at + HEAD.pieces]!;
      this.#takePieces(first + i, numbers.subarray(at + HEAD.length, at + HEAD.length + pieces * PIECE.length));
      if (numbers[at + HEAD.sketch] === 0) continue;
      const document = first + i;
      let from = at + HEAD.length + pieces * PIECE.length;
      this.sketched[document] = 1;
      this.bandKeys.set(numbers.subarray(from, from + BAND_NUMBERS), document * BAND_NUMBERS);
      from += BAND_NUMBERS;
      const signature = numbers.slice(from, from + SIGNATURE_NUMBERS);
      this.signatures.set(new Uint16Array(signature.buffer), document * SIGNATURE_LENGTH);
      this.#levels[document] = numbers[at + HEAD.level]!;
      this.#sampleLengths[document] = numbers[at + HEAD.sample]!;
      this.#sampleAt[document] = part.at + (from + SIGNATURE_NUMBERS) * 4;
    }
  }

  #takePieces(document: number, pieces: Uint32Array): void {
    for (let i = 0; i < pieces.length; i += PIECE.length) {
      if (this.pieceCount === this.pieceDocuments.length) {
        const documents = new Uint32Array(this.pieceCount * 2);
        documents.set(this.pieceDocuments);
        this.pieceDocuments = documents;
        const larger = new Uint32Array(this.pieces.length * 2);
        larger.set(this.pieces);
        this.pieces = larger;
      }
      this.pieces.set(pieces.subarray(i, i + PIECE.length), this.pieceCount * PIECE.length);
      this.pieceDocuments[this.pieceCount++] = document;
    }
  }
}
