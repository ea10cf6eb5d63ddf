/** Readers of file formats in workers with limits. */
export {
  READ_LIMITS,
  READER_KINDS,
  type ReadDocument,
  type ReaderKind,
  type ReadLimits,
  type ReadOptions,
  type ReadProblem,
  type ReadResult,
} from './document.ts';
export { kindOf, type NamedFile, READABLE_EXTENSIONS } from './kinds.ts';
export { ReaderPool, type ReaderPoolOptions } from './pool.ts';
export { readFileAs, readNamedFile } from './read-file.ts';
