/** Random texts for the laws of the tokenizer: generated strings of all scripts, and parts of real documents. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Rng } from '../../src/base/index.ts';

/** Ranges of code points that have been in Unicode for long, so that programs with older tables agree on their classes. */
const SCRIPTS: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa1, 0x24f],
  [0x250, 0x2af],
  [0x300, 0x36f],
  [0x391, 0x3a1],
  [0x3a3, 0x3ff],
  [0x400, 0x52f],
  [0x561, 0x586],
  [0x5d0, 0x5ea],
  [0x621, 0x652],
  [0x660, 0x669],
  [0x904, 0x939],
  [0x93e, 0x94d],
  [0x966, 0x96f],
  [0xe01, 0xe3a],
  [0x10d0, 0x10f0],
  [0x1100, 0x1112],
  [0x1e00, 0x1eff],
  [0x2010, 0x205e],
  [0x2070, 0x2071],
  [0x2160, 0x2188],
  [0x2200, 0x22ff],
  [0x3041, 0x3096],
  [0x30a1, 0x30fa],
  [0x4e00, 0x9fa5],
  [0xac00, 0xd7a3],
  [0xff10, 0xff5a],
  [0x10330, 0x1034a],
  [0x1d400, 0x1d454],
  [0x1d7ce, 0x1d7ff],
  [0x1f300, 0x1f5ff],
  [0x1f600, 0x1f64f],
  [0x20000, 0x20100],
];

const PIECES: readonly string[] = [
  ...[' ', '  ', '\n', '\r\n', '\n\n', '\t', ' \n ', '\u00a0', '\u2028', '\u0085', '\u3000', '\ufeff', '\u200b'],
  ...["'s", "'S", "'ſ", "'ll", "'RE", "'", '’s', "don't", "I'VE"],
  ...['1', '12', '123', '1234', '2022-03-26', '1.234,56', '½', '²', '٣'],
  ...['👩‍👩‍👧‍👦', '🏽', '👍🏽', '🇩🇪', '☕️', '1️⃣', '🏴‍☠️'],
  ...[
    'der ',
    'Straße',
    ' Größe',
    'ÄÖÜ',
    'the ',
    ' and',
    'camelCaseWord',
    'HTTPServer',
    '_x_',
    '://',
    '/*',
    '...',
    '----',
  ],
  ...['<|endoftext|>', '<|im_start|>', '\ud800', '\udfff', '\udc00\ud800', '\u0000', '\u0007', '\u001b[0m', '\u007f'],
];

/** A string of up to `most` pieces: runs of one script, single characters, words, blanks, emoji, controls, half pairs. */
export function randomText(rng: Rng, most: number): string {
  let text = '';
  for (let count = rng.int(most + 1); count > 0; count--) {
    if (rng.int(2) === 0) {
      text += rng.pick(PIECES);
      continue;
    }
    const [first, last] = rng.pick(SCRIPTS);
    for (let run = 1 + rng.int(6); run > 0; run--) text += String.fromCodePoint(first + rng.int(last - first + 1));
  }
  return text;
}

/** Parts of `characters` UTF-16 units at random places of random text files below `folder`. */
export function* randomDocuments(rng: Rng, folder: string, count: number, characters: number): Generator<string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:md|txt)$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
  // Several parts of each file that is read, so that reading is the smaller part.
  for (let done = 0; done < count; ) {
    const text = readFileSync(rng.pick(files), 'utf8');
    for (let part = 0; part < 10 && done < count; part++, done++) {
      const start = rng.int(Math.max(1, text.length - characters));
      yield text.slice(start, start + characters);
    }
  }
}
