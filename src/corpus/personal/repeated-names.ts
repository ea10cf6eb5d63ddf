/**
 * Whole names that a rule has found once, wherever else they stand in the text: the second `Petra Klein` has no title
 * before it and is the same person. Surnames alone are not followed, too many of them are words.
 */
import { isLetter, isUpper, type Scan } from './scan.ts';

/** Names followed per first word, so that a hostile text costs no more. */
const MOST_PER_WORD = 8;

export function findRepeatedNames(scan: Scan): void {
  const byWord = new Map<string, string[]>();
  const known = new Set<number>();
  for (const found of scan.candidates) {
    if (found.kind !== 'name') continue;
    known.add(found.start);
    if (found.confidence !== 'certain') continue;
    const name = scan.text.slice(found.start, found.end);
    const space = name.indexOf(' ');
    if (space < 2 || name.length > 80 || name.includes(',')) continue;
    const first = name.slice(0, space);
    const names = byWord.get(first) ?? [];
    if (names.length < MOST_PER_WORD && !names.includes(name)) names.push(name);
    byWord.set(first, names);
  }
  if (byWord.size === 0) return;
  const { text } = scan;
  let inWord = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const letter = isLetter(code);
    if (letter && !inWord && isUpper(code) && !known.has(index)) findNameAt(scan, index, byWord);
    inWord = letter;
  }
}

function findNameAt(scan: Scan, index: number, byWord: ReadonlyMap<string, readonly string[]>): void {
  let end = index + 1;
  while (end - index < 40 && scan.at(end) !== 32 && scan.at(end) !== 10 && scan.at(end) !== 0) end++;
  for (const name of byWord.get(scan.text.slice(index, end)) ?? []) {
    if (!scan.startsWith(name, index) || isLetter(scan.at(index + name.length))) continue;
    scan.add('name', index, index + name.length, 'repeated', 'likely');
    return;
  }
}
