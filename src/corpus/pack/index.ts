/** From documents to token shards, split by source, and reading them. */
export {
  PACKED_SETS,
  type PackedManifest,
  type PackedSet,
  type PackedSetInfo,
  type PackedSource,
  readManifest,
} from './manifest.ts';
export { type PackOptions, type PackTokenizer, type PackTurn, packCorpus, type RenderConversation } from './pack.ts';
export { openPacked, type PackedData } from './packed.ts';
export { type ReadFilteredOptions, readFiltered } from './read.ts';
export { type SourceSplit, type SplitOptions, splitSources } from './split.ts';
