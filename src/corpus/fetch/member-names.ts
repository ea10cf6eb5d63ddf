/** Names inside an archive: checked, and turned into names that are safe on every disk. It touches no disk. */
import path from 'node:path';
import { ExpChatError, sha256OfBytes } from '../../base/index.ts';

const LONGEST_NAME_BYTES = 1024;
const SAFE_PART = /^[\p{L}\p{N}_][\p{L}\p{N} ._()+,@=-]{0,119}$/u;
/** Names that Windows keeps for devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)/i;

/**
 * The member's path with `/`, in NFC, without empty and `.` parts. Throws `corpus.archive-name` for a name that points
 * out of its archive or that no honest archive holds.
 */
export function memberPlace(archive: string, name: string): string {
  const parts = name.normalize('NFC').split('/');
  const hostile =
    name === '' ||
    Buffer.byteLength(name) > LONGEST_NAME_BYTES ||
    /[\u0000-\u001f\u007f\\]/.test(name) ||
    name.startsWith('/') ||
    /^[A-Za-z]:/.test(name) ||
    parts.some((part) => part === '..' || /^[.．。｡\s]{2,}$/u.test(part)) ||
    !name.isWellFormed();
  if (!hostile) return parts.filter((part) => part !== '' && part !== '.').join('/');
  throw hostileName(archive, name);
}

export function hostileName(archive: string, name: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.archive-name',
    kind: 'refused',
    message: `${archive}: expected names of members that stay inside the archive, got ${JSON.stringify(name.slice(0, 200))}`,
    next: 'Do not use this archive: an honest one holds no such name.',
    fields: { path: archive, member: name.slice(0, 200) },
  });
}

/** Gives every place of one archive a path of its own below a folder, on disks that fold case as well. */
export class MemberPaths {
  readonly #taken = new Set<string>();

  pathOf(place: string): string {
    const parts = place.split('/').map((part) => (isPlain(part) ? part : withHash(part, part)));
    const whole = parts.join('/');
    const plain = whole.length <= 180 ? whole : withHash(path.posix.basename(whole).slice(-60), place);
    const own = this.#taken.has(plain.toLowerCase()) ? withHash(plain, place) : plain;
    this.#taken.add(own.toLowerCase());
    return own;
  }
}

function isPlain(part: string): boolean {
  return SAFE_PART.test(part) && !/[. ]$/.test(part) && !DEVICE.test(part);
}

/** A cleaned name that carries eight digits of the hash of what it stands for, before its extension. */
function withHash(name: string, of: string): string {
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - extension.length);
  const cleaned = stem.replace(/[^\p{L}\p{N}_/-]+/gu, '_').slice(0, 60);
  return `m${cleaned.startsWith('_') ? '' : '_'}${cleaned}-${sha256OfBytes(of).slice(0, 8)}${extension}`;
}
