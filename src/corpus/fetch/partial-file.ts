/**
 * A download on its way into a file. Beside the bytes it keeps which version of which address they are of, so that a
 * transfer that was cut can go on (RFC 9110, 13.1.5 and 14). It knows no network.
 */
import path from 'node:path';
import {
  exists,
  type FileHandle,
  factsOf,
  makeDirectory,
  openFile,
  readJson,
  removeTree,
  renameFile,
  sha256OfFile,
  writeDurably,
} from '../../base/index.ts';
import { type AnswerHead, type BodySink, networkError } from './exchange.ts';

interface Version {
  readonly url: string;
  /** A strong ETag or a Last-Modified that may stand for one. */
  readonly validator: string;
}

/** RFC 9110, 8.8.2.2: a date stands for a version where the answer was sent this much later. */
const STRONG_DATE_MS = 60_000;

export class PartialFile implements BodySink {
  readonly #file: string;
  readonly #url: string;
  #version: Version | undefined;
  #handle: FileHandle | undefined;
  #length: number;
  /** Of the whole document, where the server said it. */
  #total: number | undefined;

  private constructor(file: string, url: string, version: Version | undefined, length: number) {
    this.#file = file;
    this.#url = url;
    this.#version = version;
    this.#length = length;
  }

  static async open(file: string, url: string): Promise<PartialFile> {
    await makeDirectory(path.dirname(file));
    const size = (await factsOf(`${file}.part`))?.size ?? 0;
    const version =
      size > 0 && (await exists(`${file}.version`)) ? ((await readJson(`${file}.version`)) as Version) : undefined;
    const fits = version?.url === url && typeof version.validator === 'string';
    return new PartialFile(file, url, fits ? version : undefined, fits ? size : 0);
  }

  /** Bytes of the document that are here. */
  get length(): number {
    return this.#length;
  }

  get resumable(): boolean {
    return this.#version !== undefined;
  }

  /** Headers that ask for the rest, undefined where all of it is needed. */
  resumeHeaders(): Record<string, string> | undefined {
    if (this.#version === undefined || this.#length === 0) return undefined;
    const { validator } = this.#version;
    return { Range: `bytes=${this.#length}-`, 'If-Range': validator, 'Accept-Encoding': 'identity' };
  }

  async begin({ status, headers }: AnswerHead): Promise<number> {
    this.#handle ??= await openFile(`${this.#file}.part`, 'update');
    if (status === 206) {
      const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '');
      const encoded = (headers['content-encoding'] ?? 'identity') !== 'identity';
      if (Number(range?.[1]) !== this.#length || encoded) {
        const got = JSON.stringify(headers['content-range'] ?? '');
        const expected = `expected the range from byte ${this.#length} of the plain document, got ${got}`;
        await this.#forget();
        throw networkError('http-broken', new URL(this.#url), expected, 'Run the command again; it begins anew.');
      }
      this.#total = Number(range![3]);
      return this.#length;
    }
    await this.#handle.truncate(0);
    this.#length = 0;
    const validator = validatorOf(headers);
    this.#version = validator === undefined ? undefined : { url: this.#url, validator };
    if (this.#version === undefined) await removeTree(`${this.#file}.version`);
    else await writeDurably(`${this.#file}.version`, JSON.stringify(this.#version));
    return 0;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#handle!.write(chunk, this.#length);
    this.#length += chunk.byteLength;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  /** Puts the whole document in place. */
  async complete(url: URL): Promise<{ bytes: number; sha256: string }> {
    if (this.#total !== undefined && this.#total !== this.#length) {
      const expected = `expected ${this.#total} bytes in all, got ${this.#length}`;
      throw networkError('http-truncated', url, expected, 'Run the command again.');
    }
    this.#handle ??= await openFile(`${this.#file}.part`, 'update'); // A document of no bytes began none.
    await this.#handle.sync();
    await this.close();
    const sha256 = await sha256OfFile(`${this.#file}.part`);
    await renameFile(`${this.#file}.part`, this.#file);
    await removeTree(`${this.#file}.version`);
    return { bytes: this.#length, sha256 };
  }

  /** Removes what is here. */
  async discard(): Promise<void> {
    await this.close();
    await this.#forget();
    await removeTree(`${this.#file}.part`);
    this.#length = 0;
  }

  async #forget(): Promise<void> {
    this.#version = undefined;
    await removeTree(`${this.#file}.version`);
  }
}

function validatorOf(headers: AnswerHead['headers']): string | undefined {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return undefined;
  const { etag, date, 'last-modified': modified } = headers;
  if (etag !== undefined) return /^"[^"]*"$/.test(etag) ? etag : undefined;
  const age = Date.parse(date ?? '') - Date.parse(modified ?? '');
  return age >= STRONG_DATE_MS ? modified : undefined;
}
