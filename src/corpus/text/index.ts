/** Bytes to clean text: encodings, markup, normal forms, language; and the ledger that misses no letter. */
export { type PageNode, plainSkipRule, rawTextBelow, type SkipRule } from './blocks.ts';
export { cleanText, joinBrokenWords } from './clean.ts';
export { type DecodedText, decodeText } from './encoding.ts';
export { type FrontMatter, isoDate } from './front-matter.ts';
export { declaredCharset, type HtmlOptions, htmlToText, isTooDeep } from './html.ts';
export { languageOf, loadLanguageData } from './language.ts';
export { countLetters, type LetterCounts, LetterLedger, missingLetters, sumLetters } from './letters.ts';
export { type ConvertedText, markdownToText } from './markdown.ts';
export { repairMojibake } from './mojibake.ts';
