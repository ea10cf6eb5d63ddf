/**
 * What a project was told to forget, so that no stage brings it back: hashes of documents, paragraphs, files and places,
 * and ids of sources as `expchat.yaml` names them. It holds no content and knows no stage.
 *
 * A hash of something short, such as a name, can be found by trying; the file is to be kept as the project itself is.
 */
import { ExpChatError, exists, readJson, sha256OfBytes, writeDurably } from '../../base/index.ts';
import { type ChatTurn, contentHash } from './records.ts';

/** Name of the file in the project's folder, beside `expchat.yaml`. */
export const FORGET_FILE = 'corpus.forget.json';

/** All lists sorted and without repetition; all but `sources` are SHA-256 in hexadecimal. */
export interface ForgottenLists {
  /** Entries of `corpus.sources`, by id. */
  readonly sources: readonly string[];
  /** `placeHash` of files and sources. */
  readonly places: readonly string[];
  /** Of raw files whose bytes are not to come in again under any name. */
  readonly files: readonly string[];
  /** `contentHash` of documents. */
  readonly documents: readonly string[];
  /** `contentHash` of paragraphs in which a forgotten pattern stood. */
  readonly paragraphs: readonly string[];
  /** `placeHash` of files that hold other documents too: they are read where they are and not copied. */
  readonly uncopied: readonly string[];
}

/** What a stage knows about the thing it asks for; every field that is there is looked up. */
export interface ForgottenQuery {
  readonly spec?: string | undefined;
  readonly source?: string;
  /** Below the source; only with `source`. */
  readonly place?: string;
  /** SHA-256 of a raw file. */
  readonly fileSha256?: string;
  /** `contentHash` of a document. */
  readonly sha256?: string;
  readonly text?: string | undefined;
  readonly messages?: readonly ChatTurn[] | undefined;
}

const KEYS = ['sources', 'places', 'files', 'documents', 'paragraphs', 'uncopied'] as const;
type Key = (typeof KEYS)[number];

/** The hash that stands for a source, or for a file below it. */
export function placeHash(source: string, place?: string): string {
  return sha256OfBytes(place === undefined ? `source\n${source}` : `place\n${source}\n${place}`);
}

/** Blocks of a text between empty lines. */
export function paragraphsOf(text: string): string[] {
  return text.split(/\n\s*\n/u).filter((paragraph) => paragraph.trim() !== '');
}

export class Forgotten {
  readonly #sets: Readonly<Record<Key, ReadonlySet<string>>>;

  private constructor(sets: Readonly<Record<Key, ReadonlySet<string>>>) {
    this.#sets = sets;
  }

  static of(lists: Partial<ForgottenLists>): Forgotten {
    return new Forgotten(Object.fromEntries(KEYS.map((key) => [key, new Set(lists[key])])) as Record<Key, Set<string>>);
  }

  /** Reads `corpus.forget.json`; nothing is forgotten where there is none. Throws `corpus.bad-forget-file`. */
  static async read(file: string): Promise<Forgotten> {
    if (!(await exists(file))) return Forgotten.of({});
    const value = (await readJson(file)) as { format?: unknown; version?: unknown } & ForgottenLists;
    const isList = (list: unknown) => Array.isArray(list) && list.every((entry) => typeof entry === 'string');
    if (value?.format === 'expchat-forget' && value.version === 1 && KEYS.every((key) => isList(value[key]))) {
      return Forgotten.of(value);
    }
    throw new ExpChatError({
      code: 'corpus.bad-forget-file',
      kind: 'refused',
      message: `${file}: expected a list of what is forgotten of version 1, got something else`,
      next: 'Restore the file from a backup: without it, what was forgotten would come back.',
      fields: { path: file },
    });
  }

  get lists(): ForgottenLists {
    return Object.fromEntries(KEYS.map((key) => [key, [...this.#sets[key]].sort()])) as unknown as ForgottenLists;
  }

  get empty(): boolean {
    return KEYS.every((key) => this.#sets[key].size === 0);
  }

  /** Changes when anything more is forgotten. */
  get hash(): string {
    return sha256OfBytes(JSON.stringify(this.lists));
  }

  /** The hash, or nothing where nothing is forgotten. */
  get key(): string {
    return this.empty ? '' : this.hash;
  }

  /** Both together. */
  and(more: Partial<ForgottenLists>): Forgotten {
    const lists = this.lists;
    return Forgotten.of(Object.fromEntries(KEYS.map((key) => [key, [...lists[key], ...(more[key] ?? [])]])));
  }

  async write(file: string): Promise<void> {
    const content = { format: 'expchat-forget', version: 1, ...this.lists };
    await writeDurably(file, `${JSON.stringify(content, null, 1)}\n`);
  }

  /** Whether any of the facts is one to be forgotten. */
  has(query: ForgottenQuery): boolean {
    const { sources, places, files, documents } = this.#sets;
    const { spec, source, place, fileSha256, sha256 } = query;
    if (spec !== undefined && sources.has(spec)) return true;
    if (source !== undefined && this.#hasSource(source)) return true;
    if (source !== undefined && place !== undefined && places.size > 0 && places.has(placeHash(source, place))) {
      return true;
    }
    if (fileSha256 !== undefined && files.has(fileSha256)) return true;
    return (sha256 !== undefined && documents.has(sha256)) || this.#hasParagraph(query);
  }

  /** Whether a file holds a forgotten document beside others, so that its bytes must not be copied into the project. */
  keepsNoCopy(source: string, place: string): boolean {
    return this.#sets.uncopied.size > 0 && this.#sets.uncopied.has(placeHash(source, place));
  }

  #hasSource(source: string): boolean {
    const { sources, places } = this.#sets;
    if (sources.has(source) || (places.size > 0 && places.has(placeHash(source)))) return true;
    for (const spec of sources) if (source.startsWith(`${spec}~`)) return true;
    return false;
  }

  #hasParagraph({ text, messages }: ForgottenQuery): boolean {
    const { paragraphs } = this.#sets;
    if (paragraphs.size === 0) return false;
    const texts = text === undefined ? (messages ?? []).map((turn) => turn.content) : [text];
    return texts.some((one) => paragraphsOf(one).some((paragraph) => paragraphs.has(contentHash(paragraph))));
  }
}
