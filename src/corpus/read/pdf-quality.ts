/** How far a page's letters look like words rather than like a font without a map to Unicode. It knows no PDF. */

/** Fewer characters than this are too few to judge. */
const FEWEST_CHARACTERS = 60;

/**
 * 0 (noise) to 1 (words). Characters without a meaning (replacement, private use, control) weigh four times; of the
 * words in Latin letters counts the share that has a vowel and no more than 40 letters.
 */
export function pageQuality(text: string): number {
  const characters = text.replace(/\s+/g, '');
  if (characters.length < FEWEST_CHARACTERS) return 1;
  const meaningless = (characters.match(/[\ufffd\ue000-\uf8ff\u0000-\u001f\u007f-\u009f]/g) ?? []).length;
  const words = text.match(/\p{Script=Latin}{3,}/gu) ?? [];
  const sound = words.filter((word) => word.length <= 40 && /[aeiouyäöüéèêàâôîûáíóúæœø]/i.test(word)).length;
  // Abbreviations and codes have no vowels either, so half of the words may lack one.
  const spoken = words.length < 8 ? 1 : Math.min(1, (2 * sound) / words.length);
  return Math.max(0, 1 - (4 * meaningless) / characters.length) * spoken;
}
