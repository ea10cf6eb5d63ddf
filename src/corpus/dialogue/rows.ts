/** Dialogues from the rows of a table with a question and an answer. It knows no file format. */
import { ExpChatError } from '../../base/index.ts';
import type { Dialogue, DialogueResult, LeftOut } from './dialogue.ts';

/** Names of columns. */
export interface QuestionColumns {
  readonly question: string;
  readonly answer: string;
  /** An instruction that stands before the question. */
  readonly system?: string;
  /** Names a row in the dialogue's place; else its number does. */
  readonly id?: string;
}

export type TableRow = Readonly<Record<string, string | undefined>>;

/** Words a column's name is or begins with, in the order in which they are looked for. */
const COLUMN_WORDS = {
  question: ['frage', 'kundenfrage', 'question', 'prompt', 'anfrage', 'instruction', 'user', 'input', 'query', 'q'],
  answer: ['antwort', 'answer', 'response', 'reply', 'completion', 'output', 'assistant', 'lösung', 'loesung', 'a'],
  system: ['system', 'anweisung', 'systemprompt'],
  id: ['id', 'nr', 'nummer', 'key'],
} as const;

const folded = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The columns that a header's names speak of, German or English; undefined where question or answer is not among them. */
export function questionColumns(header: readonly string[]): QuestionColumns | undefined {
  const taken = new Set<string>();
  const find = (words: readonly string[]): string | undefined => {
    const free = header.filter((name) => !taken.has(name));
    const hit =
      words.map((word) => free.find((name) => folded(name) === word)).find((name) => name !== undefined) ??
      words
        .filter((word) => word.length > 2)
        .map((word) =>
          free.find((name) =>
            folded(name)
              .split(' ')
              .some((part) => part.startsWith(word)),
          ),
        )
        .find((name) => name !== undefined);
    if (hit !== undefined) taken.add(hit);
    return hit;
  };
  const question = find(COLUMN_WORDS.question);
  const answer = find(COLUMN_WORDS.answer);
  if (question === undefined || answer === undefined) return undefined;
  const system = find(COLUMN_WORDS.system);
  const id = header.find((name) => !taken.has(name) && (COLUMN_WORDS.id as readonly string[]).includes(folded(name)));
  return { question, answer, ...(system === undefined ? {} : { system }), ...(id === undefined ? {} : { id }) };
}

/**
 * One dialogue for each row with a question and an answer. Without `columns` the names of the first row's columns decide;
 * throws `corpus.no-dialogue-columns` where they say nothing or a named column is not there.
 */
export function dialoguesFromRows(rows: Iterable<TableRow>, columns?: QuestionColumns): DialogueResult {
  const dialogues: Dialogue[] = [];
  const left: LeftOut[] = [];
  let names = columns;
  let number = 0;
  for (const row of rows) {
    number++;
    names ??= questionColumns(Object.keys(row));
    if (names === undefined || (number === 1 && !(names.question in row && names.answer in row))) {
      throw noColumns(Object.keys(row), columns);
    }
    const cellOf = (name: string | undefined) => (name === undefined ? '' : (row[name] ?? '').trim());
    const [question, answer, system] = [cellOf(names.question), cellOf(names.answer), cellOf(names.system)];
    const place = cellOf(names.id) || String(number);
    if (question === '' || answer === '') {
      left.push({ reason: question === '' ? 'no-question' : 'no-answer', place, length: (question + answer).length });
      continue;
    }
    dialogues.push({
      place,
      messages: [
        ...(system === '' ? [] : [{ role: 'system', content: system } as const]),
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    });
  }
  return { dialogues, left };
}

function noColumns(found: readonly string[], columns: QuestionColumns | undefined): ExpChatError {
  const expected = columns === undefined ? 'Frage and Antwort' : `${columns.question} and ${columns.answer}`;
  const shown = found.slice(0, 20).join(', ');
  return new ExpChatError({
    code: 'corpus.no-dialogue-columns',
    kind: 'usage',
    message: `table: expected the columns ${expected}, got ${shown || 'none'}`,
    next: 'Name the columns of the source, for example columns: {question: Frage, answer: Antwort}.',
    fields: { expected, columns: shown },
  });
}
