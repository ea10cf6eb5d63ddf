/** From raw bytes to document records. */
export { type ContentConverter, contentOf } from './content.ts';
export { type PrepareOptions, prepareCorpus, type StageReport, stageReport } from './prepare.ts';
