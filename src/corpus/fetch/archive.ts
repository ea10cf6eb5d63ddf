/**
 * Archives (zip, tar, tar.gz) to files in a folder, within caps on count, size and ratio. Links, nested archives and
 * encrypted members are counted and left out; a name that points out of the archive ends the work. It knows no source.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { ExpChatError, factsOf, makeDirectory, openFile, readFully } from '../../base/index.ts';
import { type ArchiveLimits, type ArchiveMember, ArchiveMeter } from './archive-meter.ts';
import { MemberPaths, memberPlace } from './member-names.ts';
import { tarMembers } from './tar-members.ts';
import { zipMembers } from './zip-members.ts';

export interface ExtractedMember {
  /** Path in the archive, with `/`. */
  readonly place: string;
  /** Path below the target folder. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ExtractOptions {
  /** What messages call the archive. */
  readonly name: string;
  readonly wanted: (place: string) => boolean;
  readonly limits: ArchiveLimits;
  /** Called between two members; throws to stop. */
  readonly check?: () => void;
}

export interface Extraction {
  readonly members: readonly ExtractedMember[];
  /** Members left out, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

const NESTED = /\.(?:zip|7z|rar|jar|tar|tgz|gz|bz2|xz|zst|lz4|br)$/i;

/** Unpacks the wanted members of the archive `file` below `target`, which is there. */
export async function extractArchive(file: string, target: string, options: ExtractOptions): Promise<Extraction> {
  const meter = new ArchiveMeter(options.name, options.limits);
  const members: ExtractedMember[] = [];
  const leftOut: Record<string, number> = {};
  const paths = new MemberPaths();
  const seen = new Set<string>();
  const leave = (reason: string) => {
    leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  };
  for await (const member of await openMembers(file, meter)) {
    options.check?.();
    meter.entry();
    const place = memberPlace(options.name, member.name);
    if (member.kind === 'folder' || place === '') continue;
    if (member.kind !== 'file') leave(`archive-${member.kind}`);
    else if (NESTED.test(place)) leave('archive-nested');
    else if (!options.wanted(place)) leave('unknown-type');
    else {
      if (seen.has(place)) throw meter.damaged(`the member ${JSON.stringify(place)} twice`);
      seen.add(place);
      const own = paths.pathOf(place);
      members.push({ place, file: own, ...(await writeMember(path.join(target, ...own.split('/')), member)) });
    }
  }
  return { members: members.sort((a, b) => (a.place < b.place ? -1 : 1)), leftOut };
}

async function openMembers(file: string, meter: ArchiveMeter): Promise<AsyncIterable<ArchiveMember>> {
  const size = (await factsOf(file))?.size ?? 0;
  const handle = await openFile(file, 'read');
  const head = new Uint8Array(512);
  const length = await readFully(handle, head, 0).finally(() => handle.close());
  const text = Buffer.from(head.buffer, 0, length).toString('latin1');
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return zipMembers(file, size, meter);
  if (text.startsWith('\x1f\x8b')) return tarMembers(file, true, meter);
  if (text.slice(257, 262) === 'ustar') return tarMembers(file, false, meter);
  throw new ExpChatError({
    code: 'corpus.archive-type',
    kind: 'refused',
    message: `${meter.archive}: expected a zip, tar or tar.gz archive, got another type of file`,
    next: 'Unpack it with its own program and name the folder as a source.',
    fields: { path: meter.archive },
  });
}

/** Without waiting for the disk: the folder becomes a source only when all of it is there, and each file carries its hash. */
async function writeMember(file: string, member: ArchiveMember): Promise<{ bytes: number; sha256: string }> {
  await makeDirectory(path.dirname(file));
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await openFile(file, 'createNew');
  try {
    for await (const chunk of member.read()) {
      hash.update(chunk);
      await handle.write(chunk, bytes);
      bytes += chunk.byteLength;
    }
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}
