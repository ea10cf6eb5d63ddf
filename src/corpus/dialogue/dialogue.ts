/** A dialogue made of something else, and what of that went into none. It knows no record. */

/** Turns in order: perhaps a system turn, then user and assistant in turn; the last one is the assistant's. */
export interface Dialogue {
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  /** Where it was found: a row's id or number, a question's number. From 1. */
  readonly place: string;
}

/** Text that became no part of a dialogue. Nothing is left out without one of these. */
export interface LeftOut {
  readonly reason: LeftOutReason;
  readonly place: string;
  /** UTF-16 units. */
  readonly length: number;
}

export type LeftOutReason =
  /** A row or mail without a question or an answer. */
  | 'no-question'
  | 'no-answer'
  /** What stands before the first question, and headings between questions. */
  | 'not-asked'
  /** A mail of which nobody knows who wrote it. */
  | 'no-sender';

export interface DialogueResult {
  readonly dialogues: readonly Dialogue[];
  readonly left: readonly LeftOut[];
}
