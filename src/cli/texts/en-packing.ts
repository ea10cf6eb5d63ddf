/** English texts about what is packed and what of it is learned. */
import type { packing as german } from './de-packing.ts';

const sides: Readonly<Record<string, string>> = { train: 'training', validation: 'validation', test: 'test' };
const kinds: Readonly<Record<string, string>> = { text: 'texts', chat: 'dialogues' };

export const packing: typeof german = {
  sets: {
    'pretrain-train': 'texts, training',
    'pretrain-val': 'texts, validation',
    'pretrain-test': 'texts, test',
    'chat-train': 'dialogues, training',
    'chat-val': 'dialogues, validation',
    'chat-test': 'dialogues, test',
  },
  columns: { set: 'set', sources: 'sources', documents: 'documents', tokens: 'tokens', learned: 'of them learned' },
  shareMissed: (kind, side, wanted, share) =>
    `Note: ${kinds[kind]}, ${sides[side]}: ${wanted} of the bytes are wanted, ${share} were possible.`,
  tooLarge: (source, share) =>
    `The source ${source} has ${share} of the bytes. With sourcePer: file each of its files becomes a source; divide a single file. Else add sources or change the share.`,
  tooLinked: (source, share, linked) =>
    `${linked} sources, ${source} among them, share near-duplicate documents and so stay together; they have ${share} of the bytes. Add sources or change the share.`,
  shared: (held, other, share, documents, all) =>
    `${sides[held]} and ${sides[other]}: ${share} of the bytes stand word for word on both sides, in ${documents} of ${all} documents`,
  sampled: (oneIn) => `one in ${oneIn} word sequences was compared`,
  longest: (words, held, other) => `longest stretch: ${words} words, ${held} and ${other}:`,
  excerpt: (text) => `“${text}…”`,
  masks: {
    roles: { begin: 'begin', system: 'instruction', user: 'question', assistant: 'answer' },
    turn: (tokens, learned) => `${tokens} tokens, ${learned} learned`,
    sample: (tokens, learned, share) => `${tokens} tokens, ${learned} learned (${share})`,
    total: (documents, tokens, learned, share) =>
      `Together: ${documents} dialogues, ${tokens} tokens, ${learned} learned (${share})`,
    shown: (count) => `Shown: ${count}. --limit shows more.`,
    from: {
      packed: 'As they are packed for training.',
      filtered: 'Not packed with this tokenizer yet; so they would be learned.',
    },
    legend: 'What is learned stands between ▸ and ◂.',
    legendColour: 'Green is learned; what is dim is not.',
    faulty: (count) => `Faulty: ${count}`,
    faults: {
      'no-supervised-token': 'nothing is learned',
      'no-supervised-end': 'the end of an answer is not learned',
      'learned-outside-answers': 'something outside the answers is learned',
    },
  },
};
