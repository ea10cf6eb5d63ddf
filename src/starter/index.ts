/** The starter room: German documents, dialogues and questions around one invented company, generated from a seed. */
export type { Company } from './company.ts';
export { type Dialogue, type DialogueMessage, refusal } from './dialogues.ts';
export type { StarterDocument } from './documents.ts';
export type { Fact } from './facts.ts';
export { generateStarterCorpus, type StarterCorpus, type StarterOptions } from './generate.ts';
export { type HeldBackQuestion, wordsOf } from './questions.ts';
export { writeStarterCorpus } from './write.ts';
