/** The door of runs: what the folders of training runs tell, and the report of one. */
export { type Curve, renderCurves } from './curve-svg.ts';
export { type DataFacts, factsOfRun, type MachineFacts, type RunProvenance, wattHours } from './facts.ts';
export { JsonlFollower } from './follow.ts';
export { durationText, type Language, labelsOf, numberIn, type RunLabels } from './labels.ts';
export { noticeText } from './notices.ts';
export { renderRunReport } from './report-html.ts';
export {
  type FoundRun,
  plannedSteps,
  progressOf,
  RunFollower,
  RunLog,
  type RunStatus,
  type RunView,
  readRun,
  runsBelow,
  secondsLeft,
} from './run.ts';
export { type Points, Series } from './series.ts';
