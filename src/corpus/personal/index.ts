/** The door of corpus/personal: personal data in a text found, judged and redacted. */
export { type FindOptions, findPersonalData, PLACEHOLDER } from './find.ts';
export {
  maskValue,
  PERSONAL_DROP_REASON,
  PERSONAL_POLICIES,
  type PersonalCount,
  type PersonalHook,
  type PersonalPolicies,
  type PersonalPolicy,
  type PersonalRecord,
  personalHook,
} from './hook.ts';
export { PERSONAL_KINDS, type PersonalFinding, type PersonalKind, PLACEHOLDER_WORDS } from './kinds.ts';
export { createPlaceholders, type PlaceholderState, placeholderKey, redact, redactPersonalData } from './redact.ts';
