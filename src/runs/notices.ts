/** Notices of a run in the reader's language. An unknown code keeps its English message. */
import type { NoticeRecord } from '../train/index.ts';
import { type Language, numberIn } from './labels.ts';

type Fields = Readonly<Record<string, unknown>>;
type Words = Readonly<Record<string, ((fields: Fields, number: (value: unknown) => string) => string) | undefined>>;

const ADVICE: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    'take-the-best': 'use the model in best/',
    'fewer-steps': 'train fewer steps',
    'more-data': 'add more texts',
    'smaller-model': 'make the model smaller',
    dropout: 'turn dropout on',
  },
  de: {
    'take-the-best': 'nehmen Sie das Modell in best/',
    'fewer-steps': 'trainieren Sie weniger Schritte',
    'more-data': 'nehmen Sie mehr Texte hinzu',
    'smaller-model': 'machen Sie das Modell kleiner',
    dropout: 'schalten Sie Dropout ein',
  },
};

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function adviceIn(language: Language, { advice }: Fields): string {
  return list(advice)
    .map((each) => ADVICE[language][each] ?? each)
    .join('; ');
}

function sourcesOf({ sources }: Fields, none: string): string {
  const all = list(sources);
  return all.length === 0 ? none : `${all.slice(0, 3).join(', ')}${all.length > 3 ? ', …' : ''}`;
}

const REASONS: Readonly<Record<string, string>> = {
  'not-finite': 'Verlust oder Gradient ist keine Zahl',
  spike: 'Ausreißer über sechs Standardabweichungen',
  overflow: 'Überlauf in float16',
};

const ENGLISH_REASONS: Readonly<Record<string, string>> = {
  'not-finite': 'loss or gradient is no number',
  spike: 'beyond six standard deviations',
  overflow: 'overflow of float16',
};

const words: Readonly<Record<Language, Words>> = {
  en: {
    'step-skipped': (fields, number) =>
      `Step skipped (${ENGLISH_REASONS[String(fields['reason'])] ?? fields['reason']}); skipped so far: ${number(fields['skippedSteps'])}; sources: ${sourcesOf(fields, 'unknown')}`,
    overfitting: (fields, number) =>
      `The model learns its data by heart: validation has risen since step ${number(fields['bestStep'])} while training fell. What helps: ${adviceIn('en', fields)}.`,
    'stopped-early': ({ bestStep }, number) => `Ended early: no better validation since step ${number(bestStep)}.`,
    memorised: ({ verbatimTokens, source }, number) =>
      `A sample repeats ${number(verbatimTokens)} tokens of the training data word for word (source ${source ?? 'unknown'}).`,
    'left-out': ({ count, tokens }, number) =>
      `${number(count)} conversations of more than ${number(tokens)} tokens are left out.`,
    'passed-over': ({ directory, reason }) => `Damaged checkpoint passed over: ${directory} (${reason})`,
  },
  de: {
    'step-skipped': (fields, number) =>
      `Schritt übersprungen (${REASONS[String(fields['reason'])] ?? fields['reason']}); bisher übersprungen: ${number(fields['skippedSteps'])}; Quellen: ${sourcesOf(fields, 'unbekannt')}`,
    overfitting: (fields, number) =>
      `Das Modell lernt die Daten auswendig: Seit Schritt ${number(fields['bestStep'])} steigt der Prüfverlust, während der Trainingsverlust fällt. Das hilft: ${adviceIn('de', fields)}.`,
    'stopped-early': ({ bestStep }, number) =>
      `Vorzeitig beendet: seit Schritt ${number(bestStep)} kein besserer Prüfverlust.`,
    memorised: ({ verbatimTokens, source }, number) =>
      `Eine Textprobe wiederholt ${number(verbatimTokens)} Token der Trainingsdaten wörtlich (Quelle ${source ?? 'unbekannt'}).`,
    'left-out': ({ count, tokens }, number) =>
      `${number(count)} Gespräche mit mehr als ${number(tokens)} Token bleiben weg.`,
    'passed-over': ({ directory, reason }) => `Beschädigter Checkpoint übergangen: ${directory} (${reason})`,
  },
};

export function noticeText(
  { code, fields, message }: Pick<NoticeRecord, 'code' | 'fields' | 'message'>,
  language: Language,
): string {
  const number = numberIn(language);
  return words[language][code]?.(fields, (value) => number(Number(value))) ?? message;
}
