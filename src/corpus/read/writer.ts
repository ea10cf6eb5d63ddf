/**
 * Collects what a reader finds: cleans each text, books its letters, hashes it, asks for its language and keeps to the
 * limit on what may come out. It knows no format.
 */
import { contentHash } from '../record/index.ts';
import { cleanText, LetterLedger, languageOf } from '../text/index.ts';
import { type ReadDocument, type ReaderTask, type ReadProblem, type ReadResult, withinLimit } from './document.ts';

/** What a document is beside its text. */
export type DocumentFacts = {
  readonly [K in Exclude<keyof ReadDocument, 'text' | 'sha256' | 'messages'>]?: ReadDocument[K] | undefined;
};

export class DocumentWriter {
  readonly ledger = new LetterLedger();
  readonly #documents: ReadDocument[] = [];
  readonly #problems: ReadProblem[] = [];
  readonly #task: ReaderTask;
  #units = 0;

  constructor(task: ReaderTask) {
    this.#task = task;
  }

  /** Adds a text that the rules of its format have passed; one without a letter or sign is not kept. */
  add(raw: string, facts: DocumentFacts = {}): void {
    const text = cleanText(raw, this.ledger);
    if (text === '') {
      if (facts.place !== undefined) this.problem('empty', 'expected text, found none', { place: facts.place });
      return;
    }
    this.ledger.give(text);
    this.#grow(text.length);
    const language = facts.language ?? languageOf(text);
    this.#documents.push({
      text,
      sha256: contentHash(text),
      ...known({ ...facts, title: oneLine(facts.title), language }),
    });
  }

  addMessages(turns: readonly { readonly role: string; readonly content: string }[], facts: DocumentFacts = {}): void {
    const messages = turns.map(({ role, content }) => {
      this.ledger.take(content);
      return { role, content: cleanText(content, this.ledger) };
    });
    for (const { content } of messages) {
      this.ledger.give(content);
      this.#grow(content.length);
    }
    const language = languageOf(messages.map(({ content }) => content).join('\n'));
    this.#documents.push({ text: '', messages, sha256: contentHash(messages), ...known({ ...facts, language }) });
  }

  /** Takes over what another reader made of a part of this file. */
  include(result: ReadResult, facts: (document: ReadDocument) => DocumentFacts, place: string): void {
    for (const document of result.documents) {
      this.#grow(document.text.length);
      this.#documents.push({ ...document, ...known(facts(document)) });
    }
    for (const problem of result.problems) this.#problems.push({ ...problem, place: problem.place ?? place });
    this.ledger.include(result.ledger);
  }

  problem(code: string, message: string, at: { readonly page?: number; readonly place?: string } = {}): void {
    this.#problems.push({ code: `read.${code}`, message, ...at });
  }

  get isEmpty(): boolean {
    return this.#documents.length === 0;
  }

  result(): ReadResult {
    return { documents: this.#documents, ledger: this.ledger.counts(), problems: this.#problems };
  }

  #grow(units: number): void {
    this.#units += units;
    withinLimit(this.#units, this.#task.limits.outputBytes, 'characters of text');
    withinLimit(this.#documents.length, this.#task.limits.parts, 'documents');
  }
}

function oneLine(title: string | undefined): string | undefined {
  const line = title === undefined ? '' : cleanText(title).replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : line;
}

/** Without the fields that are undefined. */
function known(facts: DocumentFacts): { [K in keyof DocumentFacts]?: NonNullable<DocumentFacts[K]> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
