/**
 * Repairs UTF-8 that was read as Windows-1252 or ISO-8859-1 ("Ã¤" for "ä"), also where it happened twice. Only
 * sequences that no correct text has are touched: a lead character of Latin capitals with tilde or circumflex, or of
 * the two-step signs (â€…), followed by exactly the bytes UTF-8 asks for. "„Ä“" and "Spaß“" stay, though their bytes
 * would be valid UTF-8. It knows no encoding of files.
 */
import type { LetterLedger } from './letters.ts';

const FROM_1252 = new Map<number, number>(
  [...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i))].map((letter, i) => [
    letter.codePointAt(0)!,
    0x80 + i,
  ]),
);

/** Characters that stand for the bytes 0x80 to 0xBF when UTF-8 is read as Windows-1252 or ISO-8859-1. */
const CONTINUATION = `[\\u0080-\\u00bf${[...FROM_1252.keys()].map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}]`;

/** Marks that also follow a capital in correct text, as in "MANHÃ”": after one they must stand before a letter. */
const QUOTES = '\\u00a0\\u00ab\\u00bb\\u2013\\u2014\\u2018-\\u201e\\u2026';

/**
 * Â and Ã with one byte, Å with those of Œ œ š Ÿ Ž ž that are no
 * quotation marks or after a sequence broken twice, Ì Î Ï with those of combining
 * marks and small Greek letters, â with two, ï with two, ð with three.
 */
const SEQUENCE = new RegExp(
  `\\u00c2${CONTINUATION}|\\u00c3(?![${QUOTES}])${CONTINUATION}|(?<!\\p{Lu})\\u00c3[${QUOTES}]|\\u00c3[${QUOTES}](?=\\p{L})|` +
    `\\u00c5[\\u0092\\u0093\\u00a1\\u00b8\\u00bd\\u00be]|(?<=\\u00c3\\u0192|\\u201a\\u00ac)\\u00c5${CONTINUATION}|` +
    '\\u00cc[\\u0080\\u0081\\u0088\\u02c6\\u20ac]|\\u00ce[\\u00b1-\\u00bf]|\\u00cf[\\u2020\\u2021\\u02c6\\u2030\\u0192]|' +
    `\\u00e2[\\u0080-\\u0089\\u20ac\\u201a\\u201e\\u2020\\u02c6\\u2030\\u2026\\u2021\\u2013\\u2014]${CONTINUATION}|` +
    `\\u00ef[\\u00ac\\u00bb\\u00bf]${CONTINUATION}|\\u00f0[\\u009f\\u0178]${CONTINUATION}{2}`,
  'gu',
);
const SUSPECT = /[\u00c2\u00c3\u00c5\u00cc\u00ce\u00cf\u00e2\u00ef\u00f0]/;
const MOST_ROUNDS = 3;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text with each broken sequence as the character it stood for; unchanged where there is none. */
export function repairMojibake(text: string, ledger?: LetterLedger): string {
  let current = text;
  for (let round = 0; round < MOST_ROUNDS && SUSPECT.test(current); round++) {
    const repaired =
      ledger === undefined
        ? current.replace(SEQUENCE, repairedSequence)
        : ledger.replace('mojibake', current, SEQUENCE, repairedSequence);
    if (repaired === current) break;
    current = repaired;
  }
  return current;
}

function repairedSequence(sequence: string): string {
  const bytes = Uint8Array.from([...sequence], (letter) => {
    const code = letter.codePointAt(0)!;
    return FROM_1252.get(code) ?? code;
  });
  try {
    return utf8.decode(bytes);
  } catch {
    return sequence; // Not what UTF-8 would have written: it stays as it is.
  }
}
