/**
 * A small grammar of German: noun phrases with gender and case, and templates with slots and alternatives.
 * A template holds `{slot}` and `[one|two|three]` (alternatives may be nested and may hold slots).
 * It knows nothing of products, documents or dialogues.
 */
import { invariant, type Rng } from '../base/index.ts';

export type Gender = 'm' | 'f' | 'n';

/** A singular noun with an optional proper name behind it: «die Kaltsäge Falke», «des Schraubstocks Bär». */
export interface Noun {
  readonly gender: Gender;
  readonly head: string;
  /** Genitive of the head: «Schraubstocks». The proper name behind it is never inflected. */
  readonly genitive: string;
  readonly name: string;
}

export type Slots = Readonly<Record<string, string>>;

/** Nominative, accusative, dative, genitive. */
export const articles = {
  m: ['der', 'den', 'dem', 'des'],
  f: ['die', 'die', 'der', 'der'],
  n: ['das', 'das', 'dem', 'des'],
} as const satisfies Record<Gender, readonly string[]>;

const demonstratives = {
  m: ['dieser', 'diesen', 'diesem', 'dieses'],
  f: ['diese', 'diese', 'dieser', 'dieser'],
  n: ['dieses', 'dieses', 'diesem', 'dieses'],
} as const satisfies Record<Gender, readonly string[]>;

const pronouns = {
  m: ['er', 'ihn', 'ihm'],
  f: ['sie', 'sie', 'ihr'],
  n: ['es', 'es', 'ihm'],
} as const satisfies Record<Gender, readonly string[]>;

const indefinite = {
  m: ['ein', 'einen', 'einem'],
  f: ['eine', 'eine', 'einer'],
  n: ['ein', 'ein', 'einem'],
} as const satisfies Record<Gender, readonly string[]>;

const contractions: Readonly<Record<string, string>> = {
  'zu dem ': 'zum ',
  'zu der ': 'zur ',
  'bei dem ': 'beim ',
  'von dem ': 'vom ',
  'in dem ': 'im ',
  'an dem ': 'am ',
};

/** «bei dem Bär» -> «beim Bär», with the capital of a sentence kept. */
function contracted(found: string): string {
  const short = contractions[found.toLowerCase()] ?? found;
  return found.charAt(0) === found.charAt(0).toLowerCase() ? short : capitalize(short);
}

export function noun(gender: Gender, head: string, genitive = head, name = ''): Noun {
  return { gender, head, genitive, name };
}

/** «Kaltsäge Falke», without an article. */
export function nameOf(noun: Noun): string {
  return noun.name === '' ? noun.head : `${noun.head} ${noun.name}`;
}

/**
 * All forms of a noun as slots. With the empty prefix: `nom akk dat gen name er ihn ihm dies diesen diesem ein einen einem
 * kopf`; with prefix `teil`: `teil.nom` and so on.
 */
export function nounSlots(noun: Noun, prefix = ''): Slots {
  const [nominative, accusative, dative, genitive] = articles[noun.gender];
  const tail = noun.name === '' ? '' : ` ${noun.name}`;
  const base = `${noun.head}${tail}`;
  const forms: Record<string, string> = {
    nom: `${nominative} ${base}`,
    akk: `${accusative} ${base}`,
    dat: `${dative} ${base}`,
    gen: `${genitive} ${noun.genitive}${tail}`,
    name: base,
    kopf: noun.head,
    er: pronouns[noun.gender][0],
    ihn: pronouns[noun.gender][1],
    ihm: pronouns[noun.gender][2],
    dies: `${demonstratives[noun.gender][0]} ${noun.head}`,
    diesen: `${demonstratives[noun.gender][1]} ${noun.head}`,
    diesem: `${demonstratives[noun.gender][2]} ${noun.head}`,
    ein: `${indefinite[noun.gender][0]} ${base}`,
    einen: `${indefinite[noun.gender][1]} ${base}`,
    einem: `${indefinite[noun.gender][2]} ${base}`,
  };
  if (prefix === '') return forms;
  return Object.fromEntries(Object.entries(forms).map(([key, value]) => [`${prefix}.${key}`, value]));
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Expands one template. A slot that nobody filled is an error of the grammar. The first letter becomes a capital. */
export function expand(template: string, slots: Slots, rng: Rng): string {
  return capitalize(expandInside(template, slots, rng));
}

/** Like `expand`, but leaves the first letter alone: for the middle of a sentence. */
export function expandInside(template: string, slots: Slots, rng: Rng): string {
  let text = template;
  while (text.includes('[')) {
    text = text.replace(/\[([^[\]]*)\]/, (_, choices: string) => rng.pick(choices.split('|')));
  }
  text = text.replace(/\{([^}]*)\}/g, (_, slot: string) => {
    const value = slots[slot];
    invariant(value !== undefined, () => `internal: template "${template}" uses the unknown slot "${slot}"`);
    return value;
  });
  text = text.replace(
    /\b([Zz]u dem|[Zz]u der|[Bb]ei dem|[Vv]on dem|[Ii]n dem|[Aa]n dem) (?!Sie\b)(?=\p{Lu})/gu,
    contracted,
  );
  return text.replace(/([.!?:] )(\p{Ll})/gu, (_, stop: string, letter: string) =>
    stop === ': ' ? stop + letter : stop + letter.toUpperCase(),
  );
}
