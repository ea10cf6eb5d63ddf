/** Bytes to clean text: encodings, markup, normal forms. */
export { cleanText, joinBrokenWords } from './clean.ts';
export { decodeText } from './encoding.ts';
export { declaredCharset, htmlToText, isTooDeep } from './html.ts';
export { markdownToText } from './markdown.ts';
