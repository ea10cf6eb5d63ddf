/** From raw bytes to document records. */
export { type PrepareOptions, prepareCorpus, type StageReport, stageReport } from './prepare.ts';
