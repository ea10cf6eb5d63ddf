/** From raw bytes to document records. */
export { prepareCorpus, type StageReport, stageReport } from './prepare.ts';
