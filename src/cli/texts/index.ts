/** The texts of the command line, by language. German is the measure; the compiler names what English lacks. */
import type { Language } from '../language.ts';
import { de } from './de.ts';
import { en } from './en.ts';

export type Texts = typeof de;
export type CommandName = keyof Texts['commands'];

const texts: Readonly<Record<Language, Texts>> = { de, en };

export function textsOf(language: Language): Texts {
  return texts[language];
}
