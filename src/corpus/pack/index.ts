/** From documents to token shards, split by source, and reading them. */
export { type CorpusSplit, readSplit, setOf } from './corpus-split.ts';
export { type PackedDocument, readPackedDocuments } from './documents.ts';
export { type LeakageReport, readLeakage, type SharedSpan, type SideOverlap } from './leakage.ts';
export {
  DOCUMENTS_FILE,
  LEAKAGE_FILE,
  PACKED_SETS,
  type PackedFile,
  type PackedManifest,
  type PackedSet,
  type PackedSetInfo,
  type PackedShard,
  type PackedSource,
  packedFiles,
  readManifest,
} from './manifest.ts';
export { type PackOptions, packCorpus } from './pack.ts';
export type { PackTokenizer, PackTurn, RenderConversation } from './pack-set.ts';
export { openPacked, type PackedData, PackedReader } from './packed.ts';
export { type ReadFilteredOptions, readFiltered } from './read.ts';
export {
  type Side,
  type SourceSplit,
  type SplitNotice,
  type SplitOptions,
  type SplitSource,
  splitSources,
} from './split.ts';
export { copiesOf } from './weights.ts';
