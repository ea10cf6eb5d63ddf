/** Says of a model that documents it learned from were forgotten since. It does not know how that is found out. */
import type { ModelHandle } from './services.ts';
import type { Session } from './session.ts';

/** One line about a model that learned from documents that were forgotten since. */
export function sayWhatWasForgotten(session: Session, { learnedFromForgotten: learned }: ModelHandle): void {
  if (learned !== undefined) session.say(session.texts.chat.learnedFromForgotten[learned]);
}

/** The same for a program; nothing where there is nothing to say. */
export function forgottenFact({ learnedFromForgotten }: ModelHandle): Pick<ModelHandle, 'learnedFromForgotten'> {
  return learnedFromForgotten === undefined ? {} : { learnedFromForgotten };
}
