/**
 * Personal data replaced by placeholders. The same value has the same placeholder within a document and, with a secret of
 * the project, in all of them, without the value being readable from it. It knows how a value is folded before two are
 * compared; it knows no policy.
 */
import { createHmac } from 'node:crypto';
import { type FindOptions, findPersonalData } from './find.ts';
import { type PersonalFinding, type PersonalKind, PLACEHOLDER_WORDS } from './kinds.ts';

/** Names values. Made anew for each document where there is no secret. */
export interface PlaceholderState {
  /** The placeholder of `value`, for example `[IBAN-1]`, with a secret `[IBAN-3f9a0c2d41b7]`. */
  placeholder(kind: PersonalKind, value: string): string;
}

/** Twelve hexadecimal digits: among a million values two share a placeholder with a chance of 0.2 %. */
const DIGITS = 12;

/**
 * Without `secret`, values are numbered in the order they come. With it, a placeholder is a keyed hash (HMAC-SHA-256) of
 * kind and value, the same in every document of a project; who lacks the secret can not try values out.
 */
export function createPlaceholders(secret?: string): PlaceholderState {
  const numbers = new Map<string, number>();
  const counts = new Map<PersonalKind, number>();
  return {
    placeholder(kind, value) {
      const word = PLACEHOLDER_WORDS[kind];
      const key = `${kind}\u0000${foldValue(kind, value)}`;
      if (secret !== undefined) {
        return `[${word}-${createHmac('sha256', secret).update(key).digest('hex').slice(0, DIGITS)}]`;
      }
      let number = numbers.get(key);
      if (number === undefined) {
        number = (counts.get(kind) ?? 0) + 1;
        counts.set(kind, number);
        numbers.set(key, number);
      }
      return `[${word}-${number}]`;
    },
  };
}

/** Two spellings of one value give one string. */
function foldValue(kind: PersonalKind, value: string): string {
  const plain = value.normalize('NFC').toLowerCase();
  if (kind === 'name' || kind === 'address') {
    return plain
      .replace(/stra(?:ß|ss)e|str\./g, 'str')
      .replace(/[\s,]+/gu, ' ')
      .trim();
  }
  if (kind === 'email' || kind === 'ip')
    return plain.replace(/\s|[([]at[)\]]/g, (found) => (/\s/.test(found) ? '' : '@'));
  if (kind === 'birth-date') return plain.replace(/\b0(?=\d)/g, '').replace(/\s+/gu, ' ');
  const compact = plain.replace(/[^\p{L}\d+]/gu, '');
  return kind === 'phone' ? compact.replace(/^(?:\+|00)49(?:0(?=[1-9]))?/, '0') : compact;
}

/** Changes when the secret does, and like a placeholder does not lead back to it: for what asks whether work is up to date. */
export function placeholderKey(secret: string): string {
  return createHmac('sha256', secret).update('the key of the placeholders').digest('hex').slice(0, DIGITS);
}

/** `text` with each finding replaced. `findings`: sorted, without overlap, as `findPersonalData` gives them. */
export function redact(text: string, findings: readonly PersonalFinding[], placeholders: PlaceholderState): string {
  let result = '';
  let from = 0;
  for (const found of findings) {
    result += text.slice(from, found.start);
    result += placeholders.placeholder(found.kind, text.slice(found.start, found.end));
    from = found.end;
  }
  return result + text.slice(from);
}

/** A replaced text can show what an overlap had hidden, so the search repeats; it ends, for each round takes digits or letters away. */
const MOST_ROUNDS = 8;

/** Finds and replaces until nothing is found. Redacting the result again changes nothing. */
export function redactPersonalData(
  text: string,
  placeholders: PlaceholderState,
  options: FindOptions = {},
): { readonly text: string; readonly findings: readonly PersonalFinding[] } {
  const first = findPersonalData(text, options);
  let redacted = redact(text, first, placeholders);
  let findings = first;
  for (let round = 1; findings.length > 0 && round < MOST_ROUNDS; round++) {
    findings = findPersonalData(redacted, options);
    redacted = redact(redacted, findings, placeholders);
  }
  return { text: redacted, findings: first };
}
