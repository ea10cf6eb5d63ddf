/**
 * Closed-book questions: the model is asked without documents, greedily, and an answer counts only if it equals the expected one
 * after trimming. Every answer is in the report. It knows neither where questions come from nor how a report is shown.
 */
import { type Clock, ExpChatError, readJsonl, systemClock, type WorkOptions } from '../base/index.ts';
import type { Message } from '../chat/index.ts';
import { answer, collect, GREEDY, type Speaker, type StopReason } from '../infer/index.ts';
import { type Interval, wilsonInterval } from './interval.ts';

export interface Question {
  readonly id: string;
  readonly question: string;
  /** The one answer that counts, compared after trimming. */
  readonly answer: string;
}

export interface AnsweredQuestion {
  readonly id: string;
  readonly question: string;
  readonly expected: string;
  readonly got: string;
  readonly correct: boolean;
  readonly stopReason: StopReason;
  readonly tokens: number;
}

export interface ClosedBookReport {
  readonly questions: number;
  readonly correct: number;
  /** correct / questions */
  readonly share: number;
  /** Wilson's 95 % interval of `share`. */
  readonly interval: Interval;
  readonly durationMs: number;
  /** In the order asked. */
  readonly answers: readonly AnsweredQuestion[];
}

export interface ClosedBookOptions extends WorkOptions {
  readonly speaker: Speaker;
  readonly questions: readonly Question[];
  readonly system?: string;
  /** Longest answer; one cut off there is wrong. Default 128. */
  readonly maxTokens?: number;
  readonly clock?: Clock;
}

const MAX_QUESTIONS = 1_000_000;

/**
 * Asks every question in a dialog of its own, from an empty cache, so that no answer depends on another. Throws
 * `eval.no-questions`, and `eval.stopped` when the signal fires.
 */
export async function runClosedBook(options: ClosedBookOptions): Promise<ClosedBookReport> {
  const { speaker, questions, system, maxTokens = 128, signal, onProgress, clock = systemClock } = options;
  const total = questions.length;
  if (total === 0) {
    throw new ExpChatError({ code: 'eval.no-questions', kind: 'usage', message: 'questions: expected one, got none' });
  }
  const startMs = clock.nowMs();
  const answers: AnsweredQuestion[] = [];
  for (const { id, question, answer: expected } of questions) {
    onProgress?.({ stage: 'eval.questions', done: answers.length, total, unit: 'questions' });
    speaker.decoder.reset();
    const asked: Message[] = [
      ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
      { role: 'user', content: question },
    ];
    const settings = { ...GREEDY, maxTokens, clock, ...(signal === undefined ? {} : { signal }) };
    const result = await collect(answer(speaker, asked, settings));
    if (result.stopReason === 'aborted') throw stopped(answers.length, total);
    const correct = result.stopReason === 'end' && result.text.trim() === expected.trim();
    const { stopReason, generatedTokens: tokens, text: got } = result;
    answers.push({ id, question, expected, got, correct, stopReason, tokens });
  }
  onProgress?.({ stage: 'eval.questions', done: total, total, unit: 'questions' });
  const correct = answers.filter((one) => one.correct).length;
  const interval = wilsonInterval(correct, total);
  return { questions: total, correct, share: correct / total, interval, durationMs: clock.nowMs() - startMs, answers };
}

function stopped(done: number, total: number): ExpChatError {
  return new ExpChatError({
    code: 'eval.stopped',
    kind: 'stopped',
    message: `questions: stopped after ${done} of ${total}`,
    fields: { done, total },
  });
}

/** Questions of a JSONL file of `{"question", "answer", "id"?}`; without an id the line number is it. Throws `eval.question`. */
export async function loadQuestions(file: string): Promise<Question[]> {
  const questions: Question[] = [];
  for await (const value of readJsonl(file)) questions.push(parseQuestion(value, file, questions.length + 1));
  return questions;
}

function parseQuestion(value: unknown, file: string, number: number): Question {
  const bad = (expected: string, got: unknown) =>
    new ExpChatError({
      code: 'eval.question',
      kind: 'usage',
      message: `${file}: question ${number}: expected ${expected}, got ${(JSON.stringify(got) ?? 'nothing').slice(0, 80)}`,
      fields: { path: file, number },
    });
  if (number > MAX_QUESTIONS) throw bad(`at most ${MAX_QUESTIONS} questions`, number);
  if (typeof value !== 'object' || value === null) throw bad('an object', value);
  const { id = String(number), question, answer: expected } = value as Record<string, unknown>;
  if (typeof id !== 'string') throw bad('text as id', id);
  if (typeof question !== 'string' || question.trim() === '') throw bad('text as question', question);
  if (typeof expected !== 'string' || expected.trim() === '') throw bad('text as answer', expected);
  return { id, question, answer: expected };
}
