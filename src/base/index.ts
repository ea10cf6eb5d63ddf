export { type Clock, systemClock, timestamp } from './clock.ts';
export { type ErrorDetails, type ErrorKind, ExpChatError, errorMessage, invariant, isExpChatError } from './errors.ts';
export * from './files.ts';
export { escapeHtml, type HtmlPage, renderHtmlPage, visibleText } from './html.ts';
export { JsonlLog, readJsonl } from './jsonl.ts';
export { boundedInteger, boundedNumber } from './limits.ts';
export { type ProcessLockOptions, type Release, takeProcessLock } from './process-lock.ts';
export { type OnProgress, type ProgressEvent, stopIfAborted, type WorkOptions } from './progress.ts';
export { Rng, type RngState } from './rng.ts';
