/**
 * Turns a fact into questions: a random wording of training, or a wording that is held back for the examination. Frames of
 * the two kinds never meet. It knows no dialogue.
 */
import { Rng } from '../base/index.ts';
import type { Fact, TellableFact } from './facts.ts';
import { capitalize, expandInside, nounSlots, type Slots } from './grammar.ts';
import {
  attributeFrames,
  endingsHeldBack,
  endingsTraining,
  generalTraining,
  genericHeldBack,
  genericTraining,
  openingsHeldBack,
  openingsTraining,
  wrappersHeldBack,
  wrappersTraining,
} from './question-frames.ts';

export interface HeldBackQuestion {
  readonly id: string;
  readonly factId: string;
  readonly question: string;
  readonly answer: string;
}

function contraction(slots: Slots, prefix: string): string {
  const dative = slots[`${prefix}dat`]!;
  return dative.startsWith('dem ') ? `zum ${dative.slice(4)}` : `zur ${dative.slice(4)}`;
}

/** All slots a frame may ask for. */
export function slotsOf(fact: TellableFact): Slots {
  if (fact.kind === 'allgemein') return { ...fact.slots, zu: contraction(fact.slots, '') };
  const attribute = nounSlots(attributeFrames[fact.kind].noun, 'a');
  const day = fact.slots['tag'] === undefined ? '' : ` am ${fact.slots['tag']}`;
  return { ...fact.slots, ...attribute, 'a.zu': contraction(attribute, 'a.'), ziel: `${fact.slots['gen']}${day}` };
}

/** A question without opening or ending, first letter as the frame has it. */
export function trainingCore(fact: TellableFact, rng: Rng): string {
  const slots = slotsOf(fact);
  if (fact.general !== undefined) {
    const frame = rng.float() < 0.75 ? rng.pick(fact.general.questions) : rng.pick(generalTraining);
    return expandInside(frame, slots, rng);
  }
  if (fact.kind === 'allgemein') return '';
  const frames = attributeFrames[fact.kind];
  const dice = rng.float();
  if (dice < 0.5) return expandInside(rng.pick(frames.training), slots, rng);
  if (dice < 0.78) return expandInside(rng.pick(genericTraining), slots, rng);
  return wrapped(rng.pick(wrappersTraining), rng.pick(frames.clauses), slots, rng);
}

function wrapped(wrapper: string, clause: string, slots: Slots, rng: Rng): string {
  return expandInside(wrapper, { satz: expandInside(clause, slots, rng) }, rng);
}

function decorate(core: string, opening: string, ending: string): string {
  return opening + (opening.endsWith(', ') ? core : capitalize(core)) + ending;
}

/** A question as people type it: sometimes with a greeting or thanks, sometimes careless. */
export function trainingQuestion(fact: TellableFact, rng: Rng): string {
  const opening = rng.float() < 0.25 ? rng.pick(openingsTraining) : '';
  const ending = rng.float() < 0.14 ? rng.pick(endingsTraining) : '';
  const question = decorate(trainingCore(fact, rng), opening, ending);
  return careless(question, rng);
}

/** Leaves out the last stop, or all capitals, now and then. */
export function careless(question: string, rng: Rng): string {
  const dice = rng.float();
  if (dice < 0.07) return question.toLowerCase();
  if (dice < 0.15) return question.replace(/[.?!]$/, '');
  return question;
}

/** Two thirds new frames, one third known frames behind a new opening or before a new ending. */
function heldBackQuestion(fact: TellableFact, easy: boolean, rng: Rng): string {
  if (easy) {
    const core = trainingCore(fact, rng);
    return rng.float() < 0.7
      ? decorate(core, rng.pick(openingsHeldBack), '')
      : decorate(core, '', rng.pick(endingsHeldBack));
  }
  const slots = slotsOf(fact);
  if (fact.general !== undefined) return capitalize(expandInside(rng.pick(fact.general.heldBack), slots, rng));
  if (fact.kind === 'allgemein') return '';
  const frames = attributeFrames[fact.kind];
  const dice = rng.float();
  if (dice < 0.55) return capitalize(expandInside(rng.pick(frames.heldBack), slots, rng));
  if (dice < 0.8) return capitalize(expandInside(rng.pick(genericHeldBack), slots, rng));
  return capitalize(wrapped(rng.pick(wrappersHeldBack), rng.pick(frames.clauses), slots, rng));
}

/** Case-folded words only: two questions with equal words count as one. */
export function wordsOf(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** One question each about `count` different facts. `taken` holds the words of all questions of training. */
export function heldBackQuestions(
  facts: readonly TellableFact[],
  count: number,
  taken: ReadonlySet<string>,
  seed: number,
): HeldBackQuestion[] {
  const rng = Rng.named(seed, 'starter.questions');
  const chosen = rng.shuffle([...facts]).slice(0, count);
  return chosen.map((fact, index) => {
    let question = heldBackQuestion(fact, index % 3 === 0, rng);
    while (taken.has(wordsOf(question))) question = heldBackQuestion(fact, index % 3 === 0, rng);
    const { id, answer }: Fact = fact;
    return { id: `frage-${String(index + 1).padStart(3, '0')}`, factId: id, question, answer };
  });
}
