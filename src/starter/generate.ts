/**
 * The starter corpus as one value, from a seed. It knows what belongs together: facts, documents, dialogues and the
 * questions that neither of them holds.
 */
import { boundedInteger, boundedNumber } from '../base/index.ts';
import { type Company, company } from './company.ts';
import { type Dialogue, generateDialogues } from './dialogues.ts';
import { generateDocuments, type StarterDocument } from './documents.ts';
import { type Fact, tellableFacts } from './facts.ts';
import { type HeldBackQuestion, heldBackQuestions, wordsOf } from './questions.ts';

export interface StarterCorpus {
  readonly company: Company;
  readonly facts: readonly Fact[];
  readonly documents: readonly StarterDocument[];
  readonly dialogues: readonly Dialogue[];
  readonly questions: readonly HeldBackQuestion[];
}

export interface StarterOptions {
  /** 0 .. 2^32 - 1; default 1. Equal seeds give equal corpora. */
  readonly seed?: number;
  /** Size against the whole corpus, over 0 up to 1; default 1. A small one names fewer facts and keeps no promise on counts. */
  readonly scale?: number;
}

const singlePerFact = 10;
const conversations = 2000;
const smallTalk = 300;
const heldBack = 200;

/** Generates the corpus: synchronous, without input or output. Throws 'usage' errors for options out of range. */
export function generateStarterCorpus(options: StarterOptions = {}): StarterCorpus {
  const seed = boundedInteger(options.seed ?? 1, 'seed', 0, 2 ** 32 - 1);
  const scale = boundedNumber(options.scale ?? 1, 'scale', 0.001, 1);
  const scaled = (count: number) => Math.max(1, Math.round(count * scale));
  // Step over the facts instead of cutting them off, so that every attribute stays in a small corpus.
  const keep = scaled(tellableFacts.length);
  const facts = Array.from({ length: keep }, (_, i) => tellableFacts[Math.floor((i * tellableFacts.length) / keep)]!);
  const documents = generateDocuments(facts, scale, seed);
  const counts = { singlePerFact, conversations: scaled(conversations), smallTalk: scaled(smallTalk) };
  const dialogues = generateDialogues(facts, counts, seed);
  const asked = dialogues.flatMap(({ messages }) => messages.filter(({ role }) => role === 'user'));
  const taken = new Set(asked.map(({ content }) => wordsOf(content)));
  const questions = heldBackQuestions(facts, Math.min(heldBack, facts.length), taken, seed);
  const plainFacts = facts.map(({ id, entity, attribute, value, answer }) => ({
    id,
    entity,
    attribute,
    value,
    answer,
  }));
  return { company, facts: plainFacts, documents, dialogues, questions };
}
