/**
 * Conversations between a visitor and the company's assistant: single questions, conversations with follow-up questions,
 * greetings, and questions that nobody can answer. An answer is always the one sentence of its fact.
 */
import { Rng } from '../base/index.ts';
import { company } from './company.ts';
import type { TellableFact } from './facts.ts';
import { capitalize, expandInside } from './grammar.ts';
import { attributeFrames } from './question-frames.ts';
import { careless, slotsOf, trainingQuestion, wordsOf } from './questions.ts';

export interface DialogueMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export interface Dialogue {
  readonly source: string;
  readonly id: string;
  readonly messages: readonly DialogueMessage[];
}

export const refusal = 'Dazu habe ich leider keine Angabe.';
const welcome = 'Guten Tag! Wie kann ich Ihnen helfen?';
const farewell = 'Gern geschehen. Auf Wiedersehen!';

const greetings = [
  'Guten Tag!',
  'Hallo!',
  'Guten Morgen!',
  'Guten Abend!',
  'Hallo',
  'Guten Tag',
  'Grüß Gott!',
  'Servus!',
  'Moin!',
  'Schönen guten Tag!',
];
const thanks = [
  'Danke!',
  'Vielen Dank!',
  'Besten Dank!',
  'Danke, das war alles.',
  'Vielen Dank für die Auskunft.',
  'Danke, mehr brauche ich nicht.',
  'Super, danke!',
  'Danke schön!',
  'Danke im Voraus.',
  'Alles klar, danke.',
];

/** Small talk with one fixed reply each. */
const smallTalk: readonly (readonly [question: string, answer: string])[] = [
  ['Wer sind Sie?', `Ich bin der Assistent der Firma ${company.shortName}.`],
  ['Mit wem spreche ich?', `Ich bin der Assistent der Firma ${company.shortName}.`],
  ['Sind Sie ein Mensch?', `Nein, ich bin der Assistent der Firma ${company.shortName}.`],
  ['Was können Sie?', 'Ich beantworte Fragen zu unseren Produkten und zu unserem Betrieb.'],
  ['Wobei können Sie mir helfen?', 'Ich beantworte Fragen zu unseren Produkten und zu unserem Betrieb.'],
  ['Was stellt Wertholm her?', 'Wertholm baut Maschinen und Einrichtungen für Werkstätten.'],
  ['Was macht die Firma Wertholm?', 'Wertholm baut Maschinen und Einrichtungen für Werkstätten.'],
];

const unknownThings = [
  'der Rasenmäher',
  'die Kaffeemaschine',
  'das Fahrrad',
  'der Kühlschrank',
  'die Waschmaschine',
  'der Fernseher',
  'das Sofa',
  'der Regenmantel',
  'die Gitarre',
  'das Zelt',
];
const unknownFrames = [
  'was kostet {ding}?',
  'wie schwer ist {ding}?',
  'welche Farbe hat {ding}?',
  'wie teuer ist {ding}?',
  'wie lange dauert die Lieferung für {ding}?',
];
const unknownQuestions = [
  'wie wird morgen das Wetter?',
  'wer hat das Spiel gewonnen?',
  'wie spät ist es?',
  'wie viel Gewinn macht Wertholm?',
  'wie heißt der Bürgermeister von Ulmenroda?',
  'können Sie mir ein Gedicht schreiben?',
  'welche Aktien soll ich kaufen?',
  'wie laut ist die Kaltsäge Falke?',
  'wie hoch ist der Kirchturm in Ulmenroda?',
  'wer hat die Drehbank erfunden?',
  'wie fährt der Bus nach Hollenau?',
  'was gibt es heute in der Kantine zu essen?',
];

function say(user: string, assistant: string): DialogueMessage[] {
  return [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ];
}

function unknownTurn(rng: Rng): DialogueMessage[] {
  const thing = rng.pick(unknownThings);
  const frame = rng.pick(unknownFrames);
  // «für» asks for the accusative; the other frames take the nominative.
  const form = /für/.test(frame) ? thing.replace(/^der /, 'den ') : thing;
  const question = rng.float() < 0.5 ? rng.pick(unknownQuestions) : expandInside(frame, { ding: form }, rng);
  return say(careless(capitalize(question), rng), refusal);
}

function followUp(fact: TellableFact, rng: Rng): DialogueMessage[] {
  if (fact.kind === 'allgemein') return say(trainingQuestion(fact, rng), fact.answer);
  const frame = rng.pick(attributeFrames[fact.kind].followUps);
  return say(careless(capitalize(expandInside(frame, slotsOf(fact), rng)), rng), fact.answer);
}

const switchFrames = ['und {nom}?', 'und wie ist das bei {dat}?', 'und bei {dat}?', 'und wie sieht es bei {dat} aus?'];

/** Draws facts in rounds, so that all of them come up equally often. */
class Rounds {
  readonly #facts: readonly TellableFact[];
  readonly #rng: Rng;
  #bag: TellableFact[] = [];
  constructor(facts: readonly TellableFact[], rng: Rng) {
    this.#facts = facts;
    this.#rng = rng;
  }
  next(): TellableFact {
    if (this.#bag.length === 0) this.#bag = this.#rng.shuffle([...this.#facts]);
    return this.#bag.pop()!;
  }
}

/** A conversation of two to four exchanges that opens with a full question about `first`. */
function conversation(
  first: TellableFact,
  facts: readonly TellableFact[],
  rounds: Rounds,
  rng: Rng,
): DialogueMessage[] {
  const messages: DialogueMessage[] = rng.float() < 0.2 ? say(rng.pick(greetings), welcome) : [];
  messages.push(...say(trainingQuestion(first, rng), first.answer));
  const siblings = rng.shuffle(facts.filter((fact) => fact.noun === first.noun && fact.id !== first.id));
  const peers = facts.filter((fact) => fact.attribute === first.attribute && fact.noun !== first.noun);
  const extra = 1 + rng.int(2);
  for (let turn = 0; turn < extra; turn++) {
    const dice = rng.float();
    if (first.kind !== 'allgemein' && dice < 0.6 && siblings.length > 0)
      messages.push(...followUp(siblings.pop()!, rng));
    else if (turn === 0 && first.kind !== 'allgemein' && dice < 0.75 && peers.length > 0) {
      const peer = rng.pick(peers);
      messages.push(...say(capitalize(expandInside(rng.pick(switchFrames), slotsOf(peer), rng)), peer.answer));
      break;
    } else {
      const next = rounds.next();
      messages.push(...say(trainingQuestion(next, rng), next.answer));
      break;
    }
  }
  if (rng.float() < 0.15) messages.push(...say(rng.pick(thanks), farewell));
  else if (rng.float() < 0.04) messages.push(...unknownTurn(rng));
  return messages;
}

function freshQuestion(fact: TellableFact, seen: Set<string>, rng: Rng): string {
  let question = trainingQuestion(fact, rng);
  for (let attempt = 0; attempt < 40 && seen.has(wordsOf(question)); attempt++) question = trainingQuestion(fact, rng);
  seen.add(wordsOf(question));
  return question;
}

export interface DialogueCounts {
  readonly singlePerFact: number;
  readonly conversations: number;
  readonly smallTalk: number;
}

export function generateDialogues(facts: readonly TellableFact[], counts: DialogueCounts, seed: number): Dialogue[] {
  const rng = Rng.named(seed, 'starter.dialogues');
  const all: DialogueMessage[][] = [];
  const seen = new Set<string>();
  for (let round = 0; round < counts.singlePerFact; round++) {
    for (const fact of facts) all.push(say(freshQuestion(fact, seen, rng), fact.answer));
  }
  const openers = new Rounds(facts, rng);
  const fillers = new Rounds(facts, rng);
  for (let i = 0; i < counts.conversations; i++) all.push(conversation(openers.next(), facts, fillers, rng));
  for (let i = 0; i < counts.smallTalk; i++) {
    const [question, answer] = smallTalk[i % smallTalk.length]!;
    if (i % 3 === 0) all.push(say(careless(question, rng), answer));
    else if (i % 3 === 1) all.push(say(rng.pick(greetings), welcome));
    else all.push(unknownTurn(rng));
  }
  rng.shuffle(all);
  return all.map((messages, index) => {
    const month = index % 24;
    const source = `dialoge-${2023 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
    return { source, id: `${source}-${String(Math.floor(index / 24) + 1).padStart(4, '0')}`, messages };
  });
}
