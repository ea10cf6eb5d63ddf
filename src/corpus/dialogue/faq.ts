/**
 * Dialogues from a document of questions and their answers: Markdown, or the plain text that readers make of Markdown,
 * HTML and other formats. It judges by form alone and knows no file.
 *
 * The clearest form a document has decides for all of it: `Frage:` and `Antwort:` marks; else Markdown headings that end
 * with a question mark; else lines of their own that do, or that begin a paragraph.
 */
import type { Dialogue, DialogueResult, LeftOut } from './dialogue.ts';

/** A longer line is prose that happens to end with a question. */
const LONGEST_QUESTION = 300;
const LONGEST_HEADING = 60;

/** Lines without an empty one between them. */
interface Block {
  readonly lines: readonly string[];
  /** Lines of code are never a question. */
  readonly code: boolean;
}

type Form = 'marks' | 'headings' | 'lines';

const QUESTION_MARK = /^(?:\d{1,4}[.)]\s*)?(?:frage|question|f|q)(?:\s*\d{1,4})?\s*[:.)]\s*(?=\S)/iu;
const ANSWER_MARK = /^(?:antwort|answer|a)(?:\s*\d{1,4})?\s*[:.)]\s*/iu;
const HEADING = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/u;

/** No heading is that long, and the pattern takes its time with a long line of spaces. */
const headingOf = (line: string): string | undefined => (line.length > 1000 ? undefined : HEADING.exec(line)?.[1]);

/** `title`: of the document; a first line that repeats it is no text of its own. */
export function dialoguesFromFaq(text: string, title?: string): DialogueResult {
  const blocks = blocksOf(text);
  const form = formOf(blocks);
  const found = new FaqDialogues();
  if (form === undefined) return { dialogues: [], left: text.trim() === '' ? [] : [notAsked(text.trim().length)] };
  for (const [i, block] of blocks.entries()) {
    const { question, rest } = block.code ? { rest: block.lines } : questionIn(block, form);
    if (question !== undefined) found.ask(question);
    else if (headingText(block) !== undefined || (!found.waits && isHeading(block, blocks[i + 1], form, title))) {
      found.heading(block.lines.join('\n'));
      continue;
    }
    if (rest.length > 0) found.answer(rest.join('\n'), block.code);
  }
  return found.finish();
}

const notAsked = (length: number): LeftOut => ({ reason: 'not-asked', place: '1', length });

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const close = (code: boolean) => {
    if (lines.length > 0) blocks.push({ lines, code });
    lines = [];
  };
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      lines.push(line);
      if (mark?.startsWith(fence) && line.trim() === mark) {
        close(true);
        fence = undefined;
      }
    } else if (mark !== undefined) {
      close(false);
      fence = mark;
      lines.push(line);
    } else if (line.trim() === '') close(false);
    else if (headingOf(line) !== undefined) {
      close(false);
      blocks.push({ lines: [line], code: false });
    } else lines.push(line);
  }
  close(fence !== undefined);
  return blocks;
}

function formOf(blocks: readonly Block[]): Form | undefined {
  const spoken = blocks.filter((block) => !block.code);
  const marked = spoken.some(({ lines }) => lines.some((line) => QUESTION_MARK.test(plainLine(line))));
  const answered = spoken.some(({ lines }) => lines.some((line) => ANSWER_MARK.test(plainLine(line))));
  if (marked && answered) return 'marks';
  if (spoken.some((block) => headingText(block)?.endsWith('?'))) return 'headings';
  return spoken.some((block) => questionIn(block, 'lines').question !== undefined) ? 'lines' : undefined;
}

const headingText = ({ lines }: Block): string | undefined => (lines.length === 1 ? headingOf(lines[0]!) : undefined);

/** Without what Markdown may put around a whole line: heading, list marker, bold, quotation. */
function plainLine(line: string): string {
  const bare = (headingOf(line) ?? line).trim().replace(/^(?:>\s*)+/u, '');
  return bare
    .replace(/^[-*+•]\s+/u, '')
    .replace(/^(\*\*|__)([^*_]{1,40}[:.)])\1\s*/u, '$2 ')
    .replace(/^(\*\*|__)(.+)\1$/u, '$2')
    .trim();
}

function questionIn(block: Block, form: Form): { question?: string; rest: readonly string[] } {
  const { lines } = block;
  if (form === 'headings') {
    const heading = headingText(block);
    return heading?.endsWith('?') ? { question: plainQuestion(heading), rest: [] } : { rest: lines };
  }
  const first = plainLine(lines[0]!);
  if (form === 'marks') {
    if (!QUESTION_MARK.test(first)) return { rest: lines };
    const answer = lines.findIndex((line) => ANSWER_MARK.test(plainLine(line)));
    const asked = answer === -1 ? lines : lines.slice(0, answer);
    const question = asked
      .map((line) => plainLine(line))
      .join('\n')
      .replace(QUESTION_MARK, '');
    return { question, rest: answer === -1 ? [] : lines.slice(answer) };
  }
  if (!isQuestionLine(first)) return { rest: lines };
  return { question: plainQuestion(first), rest: lines.slice(1) };
}

const plainQuestion = (line: string): string =>
  plainLine(line)
    .replace(/^\d{1,4}[.)]\s+/u, '')
    .replace(QUESTION_MARK, '');

/** One sentence that asks, not the end of a paragraph that does. */
function isQuestionLine(line: string): boolean {
  const text = line.replace(/^\d{1,4}[.)]\s+/u, '');
  if (!text.endsWith('?') || text.length > LONGEST_QUESTION || !/\p{L}/u.test(text)) return false;
  return !/\p{L}{2}[.!]\s+\p{Lu}/u.test(text);
}

/** A title or a heading between questions belongs to no answer. */
function isHeading(block: Block, next: Block | undefined, form: Form, title: string | undefined): boolean {
  const [line] = block.lines;
  if (block.code || block.lines.length > 1 || form === 'headings') return false;
  if (title !== undefined && line!.trim() === title.trim()) return true;
  // A few capitalised words without an end, as a number or an item of a list would rather belong to the answer.
  const looksSo = line!.length <= LONGEST_HEADING && /^\s*(?:\d{1,3}[.)]\s+)?\p{Lu}[\p{L}\s&/,()-]*$/u.test(line!);
  return looksSo && !ANSWER_MARK.test(line!) && next !== undefined && questionIn(next, form).question !== undefined;
}

/** Questions in a row have one answer. */
class FaqDialogues {
  readonly #dialogues: Dialogue[] = [];
  readonly #left: LeftOut[] = [];
  #questions: string[] = [];
  #answer: string[] = [];
  #number = 0;

  /** Whether a question has no answer yet; whatever follows it is one. */
  get waits(): boolean {
    return this.#questions.length > 0 && this.#answer.length === 0;
  }

  ask(question: string): void {
    if (this.#answer.length > 0) this.#close();
    this.#questions.push(question.trim());
  }

  answer(text: string, code: boolean): void {
    const marked = !code && ANSWER_MARK.test(plainLine(text.split('\n', 1)[0]!));
    const said = marked ? text.replace(/^.*/u, (line) => plainLine(line).replace(ANSWER_MARK, '')) : text;
    if (this.#questions.length === 0) this.#left.push(notAsked(text.length));
    else if (said.trim() !== '') this.#answer.push(said.trimEnd());
  }

  heading(text: string): void {
    this.#left.push({ reason: 'not-asked', place: String(this.#number + 1), length: text.length });
  }

  #close(): void {
    this.#number++;
    const [question, answer] = [this.#questions.join('\n'), this.#answer.join('\n\n').trim()];
    this.#dialogues.push({
      place: String(this.#number),
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    });
    this.#questions = [];
    this.#answer = [];
  }

  finish(): DialogueResult {
    if (this.#answer.length > 0) this.#close();
    for (const question of this.#questions) {
      this.#left.push({ reason: 'no-answer', place: String(this.#number + 1), length: question.length });
    }
    return { dialogues: this.#dialogues, left: this.#left };
  }
}
