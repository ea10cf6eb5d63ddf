/**
 * Text as the later stages expect it: NFC, `\n` lines, plain spaces, no control characters, no ligatures of fonts.
 * Removed are only control characters, soft hyphens, byte order marks and zero-width spaces; every other character
 * stays. It knows no markup.
 */
import { countLetters, LetterLedger } from './letters.ts';
import { repairMojibake } from './mojibake.ts';

/** The characters Windows-1252 has where Unicode has the control characters U+0080 to U+009F. */
const C1_AS_WINDOWS_1252 = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i));

/** Words after a hyphen that belong to a pair, as in "Ein- und Ausgang": there the hyphen stays. */
const PAIR_WORDS = 'und|oder|bzw|sowie|noch|als|bis|wie|statt|auch|aber|nicht|von|zu|zur|zum|in|im|mit|für';
const BROKEN_WORD = new RegExp(`(\\p{L}{2})-\\n[ \\t]*(?!(?:${PAIR_WORDS})(?![\\p{L}\\p{M}]))(?=\\p{Ll}{2})`, 'gu');

/** Joins a word broken at the end of a line, where the next line goes on in lower case. It moves no letter. */
export function joinBrokenWords(text: string): string {
  return text.includes('-\n') ? text.replace(BROKEN_WORD, '$1') : text;
}

/** Latin ligatures of fonts, U+FB00 to U+FB06, as the letters they draw. */
const LIGATURES = ['ff', 'fi', 'fl', 'ffi', 'ffl', 'st', 'st'];

const MAY_BE_BROKEN = /[\u00c2\u00c3\u00c5\u00cc\u00ce\u00cf\u00e2\u00ef\u00f0]/;
const ONLY_PLAIN = /^[\t\n -~¡-¬®-\u02ff–—‘-”„€…•]*$/;

/** See the head of the file. Lines keep their indentation; runs of spaces inside a line become one. */
export function cleanText(text: string, ledger: LetterLedger = new LetterLedger()): string {
  let clean = text.replace(/\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g, '\n');
  if (!ONLY_PLAIN.test(clean) || MAY_BE_BROKEN.test(clean)) clean = unusualLetters(clean, ledger);
  if (clean.includes('  ') || /[ \t]$/m.test(clean)) {
    clean = clean
      .split('\n')
      .map((line) => line.trimEnd().replace(/(?<=\S) {2,}/g, ' ')) // Line by line: linear for any run of spaces.
      .join('\n');
  }
  return clean
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
}

function unusualLetters(text: string, ledger: LetterLedger): string {
  const repaired = repairMojibake(text.toWellFormed(), ledger);
  const normal = repaired.normalize('NFC');
  if (normal !== repaired) ledger.move('normal-form', countLetters(repaired) - countLetters(normal));
  const named = ledger.replace(
    'windows-1252',
    normal,
    /[\u0080-\u009f]/g,
    (letter) => C1_AS_WINDOWS_1252[letter!.charCodeAt(0) - 0x80]!,
  );
  return ledger
    .replace('ligature', named, /[\ufb00-\ufb06]/g, (letter) => LIGATURES[letter!.charCodeAt(0) - 0xfb00]!)
    .replace(/\u00ad\n[ \t]*/g, '') // A word that its soft hyphen broke.
    .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b\ufeff]/g, '')
    .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ');
}
