/** Brings an archive, local or behind an address, as its members. It knows the list, and no format of archives. */
import path from 'node:path';
import {
  ExpChatError,
  factsOf,
  removeTree,
  sha256OfBytes,
  sha256OfFile,
  writeDirectoryDurably,
} from '../../base/index.ts';
import { stopIfAsked } from '../record/index.ts';
import { type Extraction, extractArchive } from './archive.ts';
import { ARCHIVE_LIMITS } from './archive-meter.ts';
import { download } from './bring.ts';
import { changedError, entryOf, type FetchContext, isIntact, offlineError } from './entry.ts';
import { emptySource, wantedPlaces } from './local-files.ts';
import { keyOf, type RawArchive, type RawFile } from './raw-file.ts';
import { type SourceSpec, sourceIdOf } from './sources.ts';

export interface BroughtArchive {
  readonly archive: RawArchive;
  readonly files: readonly RawFile[];
}

/** Goes up when the same archive gives other members. */
const EXTRACTION_VERSION = 1;

const selectionOf = ({ include, exclude, content, caps }: SourceSpec): string =>
  sha256OfBytes(JSON.stringify([EXTRACTION_VERSION, include, exclude, content, caps]));

/** The members that are wanted, each pinned. Throws the errors of `extractArchive` and of the network. */
export async function bringArchive(spec: SourceSpec, context: FetchContext): Promise<BroughtArchive> {
  const origin = spec.url ?? spec.path!;
  const pin = context.archives.get(spec.id);
  const selection = selectionOf(spec);
  const members = [...context.pins.values()].filter((file) => file.spec === spec.id && file.member !== undefined);
  const reusable = pin?.origin === origin && pin.selection === selection && (await areIntact(members, context));
  const found =
    spec.url === undefined ? await localFacts(spec) : await remoteFacts(spec, reusable ? pin : undefined, context);
  if (pin?.origin === origin && !context.update && context.trusts(spec) && found.sha256 !== pin.sha256) {
    if (found.fetched) await removeTree(found.file!);
    throw changedError(spec.id, origin, pin.sha256, `SHA-256 ${found.sha256}`);
  }
  const facts = { spec: spec.id, origin, sha256: found.sha256, bytes: found.bytes, selection };
  const archiveOf = (leftOut: RawArchive['leftOut']): RawArchive => ({ ...facts, leftOut, ...found.version });
  const entries = (places: readonly { place: string; file: string; bytes: number; sha256: string }[]) =>
    places.map(({ place, file, bytes, sha256 }) => {
      const at = { spec, source: sourceIdOf(spec, place), place };
      const member = { origin, member: place, file: `${spec.id}/${file}`, bytes, sha256 };
      return entryOf(at, context.pins.get(keyOf(at.source, place)), member, context.clock);
    });
  if (reusable && found.sha256 === pin.sha256) {
    if (found.fetched) await removeTree(found.file!);
    const same = members.map(({ place, file, bytes, sha256 }) => ({
      place,
      file: file!.slice(spec.id.length + 1),
      bytes,
      sha256,
    }));
    return { archive: archiveOf(pin.leftOut), files: entries(same) };
  }
  const { members: extracted, leftOut } = await unpack(spec, origin, found.file!, context);
  if (found.fetched) await removeTree(found.file!);
  return { archive: archiveOf(leftOut), files: entries(extracted) };
}

async function areIntact(members: readonly RawFile[], { raw }: FetchContext): Promise<boolean> {
  for (const member of members) if (!(await isIntact(raw, member))) return false;
  return members.length > 0;
}

interface FoundArchive {
  /** Undefined where it is the pinned one and was not fetched again. */
  readonly file?: string;
  readonly fetched: boolean;
  readonly sha256: string;
  readonly bytes: number;
  readonly version: { readonly etag?: string; readonly lastModified?: string };
}

async function localFacts(spec: SourceSpec): Promise<FoundArchive> {
  const file = spec.path!;
  const facts = await factsOf(file);
  if (facts?.kind === 'file') {
    return { file, fetched: false, sha256: await sha256OfFile(file), bytes: facts.size, version: {} };
  }
  throw new ExpChatError({
    code: 'corpus.missing',
    kind: 'notFound',
    message: `corpus source ${spec.id}: expected an archive at ${file}, got ${facts?.kind ?? 'nothing'}`,
    next: 'Check the path of the source; relative paths start at the folder of expchat.yaml.',
    fields: { id: spec.id, path: file },
  });
}

async function remoteFacts(
  spec: SourceSpec,
  pin: RawArchive | undefined,
  context: FetchContext,
): Promise<FoundArchive> {
  const unchanged = () => {
    const { sha256, bytes, etag, lastModified } = pin!;
    const version = {
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
    };
    return { fetched: false, sha256, bytes, version };
  };
  if (context.offline) {
    if (pin !== undefined) return unchanged();
    throw offlineError(spec.id, spec.url!);
  }
  const { answer, file } = await download(spec, spec.url!, pin ?? {}, context);
  if (answer.notModified) return unchanged();
  const { sha256, bytes, etag, lastModified } = answer;
  const version = { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
  return { file, fetched: true, sha256, bytes, version };
}

async function unpack(spec: SourceSpec, origin: string, file: string, context: FetchContext): Promise<Extraction> {
  let extraction: Extraction = { members: [], leftOut: {} };
  await writeDirectoryDurably(path.join(context.raw, spec.id), async (temporary) => {
    extraction = await extractArchive(file, temporary, {
      name: origin,
      wanted: wantedPlaces(spec),
      limits: { ...ARCHIVE_LIMITS, ...spec.caps },
      check: () => stopIfAsked(context.signal, 'fetch'),
    });
    const seen = Object.values(extraction.leftOut).reduce((sum, count) => sum + count, 0);
    if (extraction.members.length === 0) throw emptySource(spec, origin, seen);
  });
  return extraction;
}
