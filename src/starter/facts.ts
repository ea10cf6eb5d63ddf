/**
 * The facts of the starter corpus: an entity, an attribute, a value and the one sentence that answers every question
 * about it. It knows neither the questions nor the documents.
 */
import { company, type Department, departments, type Venue, venues, weekdays } from './company.ts';
import { type GeneralFact, generalFacts } from './general-facts.ts';
import { capitalize, type Noun, nameOf, nounSlots, type Slots } from './grammar.ts';
import { type Product, products } from './products.ts';

export interface Fact {
  readonly id: string;
  readonly entity: string;
  readonly attribute: string;
  readonly value: string;
  readonly answer: string;
}

export type ProductAttribute =
  | 'preis'
  | 'gewicht'
  | 'garantie'
  | 'lieferzeit'
  | 'bestellnummer'
  | 'farbe'
  | 'leistung'
  | 'material';
export type DepartmentAttribute = 'durchwahl' | 'mail' | 'ort';
export type AttributeName = ProductAttribute | DepartmentAttribute | 'zeiten' | 'allgemein';

/** A fact with what the grammar needs to ask for it and to tell it. */
export interface TellableFact extends Fact {
  readonly kind: AttributeName;
  readonly noun: Noun;
  readonly slots: Slots;
  readonly product?: Product;
  readonly department?: Department;
  readonly venue?: Venue;
  readonly general?: GeneralFact;
}

/** 1249 -> «1.249,00 Euro». */
export function euro(amount: number): string {
  const [whole, cents] = amount.toFixed(2).split('.');
  return `${whole!.replace(/\B(?=(\d{3})+$)/g, '.')},${cents} Euro`;
}

const answers = {
  preis: '{nom} kostet {wert}.',
  gewicht: '{nom} wiegt {wert}.',
  garantie: 'auf {akk} geben wir {wert} Garantie.',
  lieferzeit: 'die Lieferzeit {gen} beträgt {wert}.',
  bestellnummer: 'die Bestellnummer {gen} lautet {wert}.',
  farbe: '{akk} gibt es in {wert}.',
  leistung: '{nom} hat eine Leistung von {wert}.',
  material: '{nom} besteht aus {wert}.',
  durchwahl: 'die Durchwahl {gen} lautet {wert}.',
  mail: 'die E-Mail-Adresse {gen} lautet {wert}.',
  ort: '{nom} befindet sich {wert}.',
  zeiten: '{nom} ist am {tag} von {wert} geöffnet.',
} as const satisfies Record<Exclude<AttributeName, 'allgemein'>, string>;

function fact(
  kind: Exclude<AttributeName, 'allgemein'>,
  noun: Noun,
  id: string,
  value: string,
  more: Pick<TellableFact, 'product' | 'department' | 'venue'>,
  extraSlots: Slots = {},
): TellableFact {
  const wertDativ = value.replace(/(Monate|Werktage)$/, '$1n');
  const slots: Slots = { ...nounSlots(noun), wert: value, wertDativ, ...extraSlots };
  const answer = capitalize(answers[kind].replace(/\{([^}]*)\}/g, (_, slot: string) => slots[slot]!));
  const attribute = extraSlots['tag'] === undefined ? kind : `${kind}-${extraSlots['tag'].toLowerCase()}`;
  return { id: `${id}.${attribute}`, entity: nameOf(noun), attribute, value, answer, kind, noun, slots, ...more };
}

function productFacts(product: Product): TellableFact[] {
  const of = (kind: ProductAttribute, value: string) => fact(kind, product.noun, product.id, value, { product });
  return [
    of('preis', euro(product.priceEuro)),
    of('gewicht', product.weight),
    of('garantie', product.warranty),
    of('lieferzeit', product.delivery),
    of('bestellnummer', product.orderNumber),
    of('farbe', product.colour),
    product.power === undefined ? of('material', product.material!) : of('leistung', product.power),
  ];
}

function departmentFacts(department: Department): TellableFact[] {
  const of = (kind: DepartmentAttribute, value: string) =>
    fact(kind, department.noun, department.id, value, { department });
  return [of('durchwahl', department.extension), of('mail', department.mail), of('ort', department.place)];
}

function venueFacts(venue: Venue): TellableFact[] {
  return weekdays.map((tag, day) => fact('zeiten', venue.noun, venue.id, venue.hours[day]!, { venue }, { tag }));
}

function generalFact(general: GeneralFact): TellableFact {
  return {
    id: `firma.${general.id}`,
    entity: company.shortName,
    attribute: general.id,
    value: general.value,
    answer: general.answer,
    kind: 'allgemein',
    noun: general.about,
    slots: { ...nounSlots(general.about), wert: general.value },
    general,
  };
}

export const tellableFacts: readonly TellableFact[] = [
  ...products.flatMap(productFacts),
  ...departments.flatMap(departmentFacts),
  ...venues.flatMap(venueFacts),
  ...generalFacts.map(generalFact),
];
