/** What an archive may cost and what a member of it is: the caps, the count against them, and their errors. It reads nothing. */
import { ExpChatError } from '../../base/index.ts';
import { hostileName } from './member-names.ts';

export interface ArchiveLimits {
  /** Members, wanted or not. */
  readonly entries: number;
  /** Bytes of all members after unpacking. */
  readonly totalBytes: number;
  /** Unpacked bytes per packed byte, judged above 1 MiB. */
  readonly ratio: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 100_000, totalBytes: 4 * 2 ** 30, ratio: 100 };
const RATIO_FREE_BYTES = 2 ** 20;

/** One entry as its archive lists it. */
export interface ArchiveMember {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'encrypted' | 'other';
  /** As announced; the bytes that come are counted. */
  readonly bytes: number;
  /** Undefined where the archive does not say it for one member. */
  readonly packedBytes?: number;
  /** The content; of tar only until the next member is asked for. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** Counts what is unpacked and ends it at a cap with `corpus.archive-bomb`. */
export class ArchiveMeter {
  readonly archive: string;
  readonly limits: ArchiveLimits;
  #entries = 0;
  #bytes = 0;

  constructor(archive: string, limits: ArchiveLimits) {
    this.archive = archive;
    this.limits = limits;
  }

  entry(): void {
    if (++this.#entries > this.limits.entries) throw this.bomb(`at most ${this.limits.entries} members`);
  }

  /** `packed`: bytes of the archive these came from so far, or of the whole archive. */
  add(bytes: number, packed: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.limits.totalBytes) throw this.bomb(`at most ${this.limits.totalBytes} bytes in all`);
    this.ratio(this.#bytes, packed);
  }

  ratio(bytes: number, packed: number): void {
    if (bytes > RATIO_FREE_BYTES && bytes > this.limits.ratio * packed) {
      throw this.bomb(`at most ${this.limits.ratio} bytes for each packed byte`);
    }
  }

  bomb(expected: string): ExpChatError {
    return new ExpChatError({
      code: 'corpus.archive-bomb',
      kind: 'refused',
      message: `${this.archive}: expected ${expected}, got more`,
      next: 'If the archive is to be trusted, raise the caps of its source in expchat.yaml.',
      fields: { path: this.archive },
    });
  }

  /** For a name that the reader of the format refused by itself. */
  nameError(got: string): ExpChatError {
    return hostileName(this.archive, got);
  }

  damaged(got: string, cause?: unknown): ExpChatError {
    return new ExpChatError({
      code: 'corpus.archive-damaged',
      kind: 'failure',
      message: `${this.archive}: expected a whole archive, got ${got}`,
      next: 'Fetch or copy the archive again.',
      fields: { path: this.archive },
      cause,
    });
  }
}
