/** Which of two equal or similar documents stays: a rule over their content and identity, never over their order. */
import type { JudgedDocument } from './judge.ts';

/** Why a document stays and another goes. */
export type RankReason = 'own-over-web' | 'longer' | 'earlier' | 'smaller-hash' | 'smaller-id';

type Ranked = Pick<JudgedDocument, 'id' | 'sha256' | 'profile' | 'length' | 'date'>;

/**
 * Below 0 where `a` stays: a company's own before a fetched one, then the longer, then the earlier. What is left is told
 * apart by the hash of the content, which no order of rows changes, and equal content by the id.
 */
export function compareRank(a: Ranked, b: Ranked): number {
  if (a.profile !== b.profile) return a.profile === 'own' ? -1 : 1;
  if (a.length !== b.length) return b.length - a.length;
  const [early, late] = [a.date ?? '\uffff', b.date ?? '\uffff'];
  if (early !== late) return early < late ? -1 : 1;
  if (a.sha256 !== b.sha256) return a.sha256 < b.sha256 ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The rule by which `kept` came before `dropped`. */
export function rankReason(kept: Ranked, dropped: Ranked): RankReason {
  if (kept.profile !== dropped.profile) return 'own-over-web';
  if (kept.length !== dropped.length) return 'longer';
  if ((kept.date ?? '') !== (dropped.date ?? '')) return 'earlier';
  return kept.sha256 === dropped.sha256 ? 'smaller-id' : 'smaller-hash';
}
