/**
 * Writes the documents: picks products and facts in rounds, so that each comes up everywhere, and never uses the same
 * template twice in a document while another is left. It knows the layouts of documents, not the questions' frames.
 */
import { invariant, Rng } from '../base/index.ts';
import { company, customers } from './company.ts';
import type { TellableFact } from './facts.ts';
import { type Genre, genres } from './genres.ts';
import { capitalize, expand, nameOf, nounSlots, type Slots } from './grammar.ts';
import { companyLeads, productPassages, purposePassages, themes } from './passages.ts';
import { type Product, ranges } from './products.ts';
import { trainingCore } from './questions.ts';
import { tellings } from './tellings.ts';

export interface StarterDocument {
  readonly source: string;
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const months = [
  'Januar',
  'Februar',
  'März',
  'April',
  'Mai',
  'Juni',
  'Juli',
  'August',
  'September',
  'Oktober',
  'November',
  'Dezember',
];

const agendaNames = ['Verschiedenes', 'Offene Punkte', 'Mitteilungen'] as const;

/** Draws without repetition until all are drawn, then begins anew. */
class Bag<T> {
  readonly #all: readonly T[];
  readonly #rng: Rng;
  #left: T[] = [];
  constructor(all: readonly T[], rng: Rng) {
    this.#all = all;
    this.#rng = rng;
  }
  draw(count: number): T[] {
    const drawn: T[] = [];
    while (drawn.length < count) {
      if (this.#left.length === 0) this.#left = this.#rng.shuffle(this.#all.filter((item) => !drawn.includes(item)));
      const next = this.#left.pop();
      if (next === undefined) break;
      if (!drawn.includes(next)) drawn.push(next);
    }
    return drawn;
  }
}

/** The pen of one document: remembers which templates it has used. */
class Pen {
  readonly rng: Rng;
  readonly #uses = new Map<string, number>();
  readonly #slots: Slots;
  constructor(rng: Rng, slots: Slots) {
    this.rng = rng;
    this.#slots = slots;
  }
  /** Expands the template that was used least, a random one among equals. */
  write(templates: readonly string[], slots: Slots = {}): string {
    let least = Number.POSITIVE_INFINITY;
    let best: string[] = [];
    for (const template of templates) {
      const uses = this.#uses.get(template) ?? 0;
      if (uses < least) [least, best] = [uses, []];
      if (uses === least) best.push(template);
    }
    const template = this.rng.pick(best);
    this.#uses.set(template, least + 1);
    return expand(template, { irgendwann: this.rng.pick(months), ...this.#slots, ...slots }, this.rng);
  }
  several(count: number, templates: readonly string[], slots: Slots = {}): string[] {
    return Array.from({ length: Math.min(count, templates.length) }, () => this.write(templates, slots));
  }
  /** A random choice of the templates in the order of their list, as one paragraph: a welcome stays in front. */
  inOrder(count: number, templates: readonly string[]): string {
    const chosen = new Set(this.rng.shuffle([...templates]).slice(0, count));
    return templates
      .filter((template) => chosen.has(template))
      .map((template) => this.write([template]))
      .join(' ');
  }
  /** How often a fixed sentence form, such as an attribute's canonical answer, has been used; counts one use. */
  count(form: string): number {
    const uses = this.#uses.get(form) ?? 0;
    this.#uses.set(form, uses + 1);
    return uses;
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** The canonical sentence about half of the time, at most twice in a form per document; otherwise another wording. */
function tell(pen: Pen, fact: TellableFact): string {
  if (pen.rng.float() < 0.55 && pen.count(`canonical ${fact.kind}`) < 2) return fact.answer;
  if (fact.general !== undefined) return pen.write(fact.general.tellings, fact.slots);
  invariant(fact.kind !== 'allgemein', () => `internal: the fact ${fact.id} has no tellings`);
  return pen.write(tellings[fact.kind].named, fact.slots);
}

function tellShortly(pen: Pen, fact: TellableFact): string {
  return fact.kind === 'allgemein' ? fact.answer : pen.write(tellings[fact.kind].short, fact.slots);
}

function productSlots(product: Product, pen: Pen): Slots {
  const customer = nounSlots(pen.rng.pick(customers), 'kunde');
  return { ...nounSlots(product.noun), ...nounSlots(product.part, 'teil'), ...customer, zweck: product.purpose };
}

/** Sentences about one product: each group opens with its name, what follows may lean on it. */
function productSentences(pen: Pen, genre: Genre, product: Product, facts: readonly TellableFact[]): string[] {
  const { rng } = pen;
  const slots = productSlots(product, pen);
  const order = rng.shuffle([...facts]);
  const dropped = rng.int(3);
  const named = order.slice(dropped, dropped + 4).map((fact) => tell(pen, fact));
  const short = order.slice(dropped + 4).map((fact) => tellShortly(pen, fact));
  const features = rng.shuffle([...product.features]).slice(0, 1 + rng.int(2));
  const hints = [...features, ...genre.advice.map((kind) => product[kind])];
  const passages = [pen.write(productPassages, slots), pen.write(purposePassages, slots)];
  // A short sentence leans on the name before it, so it stands right behind a fact; a feature may follow anything.
  const told = named.map((sentence, i) => [sentence, short[i]]);
  const others = passages.map((sentence) => [sentence, hints.pop()]);
  const groups = rng.shuffle([...told, ...others]);
  groups.at(-1)?.push(...hints);
  return groups.map((group) => group.filter((sentence) => sentence !== undefined).join(' '));
}

function paragraphs(sentences: readonly string[], perParagraph: number): string[] {
  const blocks: string[] = [];
  for (let i = 0; i < sentences.length; i += perParagraph) blocks.push(sentences.slice(i, i + perParagraph).join(' '));
  return blocks;
}

interface Material {
  readonly products: Bag<Product>;
  readonly facts: Bag<TellableFact>;
  readonly companyFacts: Bag<TellableFact>;
  readonly ofProduct: (product: Product) => readonly TellableFact[];
}

function body(pen: Pen, genre: Genre, products: readonly Product[], material: Material): string[] {
  const asked = genre.layout === 'letters' ? pen.rng.shuffle([...material.ofProduct(products[0]!)]).slice(0, 3) : [];
  const untold = (product: Product) => material.ofProduct(product).filter((fact) => !asked.includes(fact));
  const blocks = products.map((product) => productSentences(pen, genre, product, untold(product)));
  const companyLines = material.companyFacts.draw(genre.companyFacts).map((fact) => tell(pen, fact));
  const themeLines = pen.rng.shuffle([...genre.themes]).map((theme) => pen.several(4, themes[theme]).join(' '));
  const closing = [pen.write(companyLeads), ...companyLines, pen.inOrder(2, genre.closings)].join(' ');
  switch (genre.layout) {
    case 'sections':
      return [
        pen.inOrder(4, genre.openings),
        ...blocks.flatMap((block, i) => [`## ${nameOf(products[i]!.noun)}`, ...paragraphs(block, 3)]),
        '## Allgemeines',
        ...themeLines,
        closing,
      ];
    case 'agenda':
      return [
        pen.inOrder(4, genre.openings),
        ...blocks.flatMap((block, i) => [`TOP ${i + 1}: ${nameOf(products[i]!.noun)}. ${block.join(' ')}`]),
        ...themeLines.map(
          (line, i) => `TOP ${products.length + 1 + i}: ${agendaNames[i % agendaNames.length]}. ${line}`,
        ),
        closing,
      ];
    case 'questions':
      return questionsBody(pen, genre, blocks, material, themeLines, closing);
    case 'letters':
      return lettersBody(pen, genre, products, blocks, asked, themeLines, closing);
    case 'prose':
      return [
        pen.inOrder(4, genre.openings),
        ...blocks.flatMap((block) => paragraphs(block, 4)),
        ...themeLines,
        closing,
      ];
  }
}

function questionsBody(
  pen: Pen,
  genre: Genre,
  blocks: readonly string[][],
  material: Material,
  themeLines: readonly string[],
  closing: string,
): string[] {
  const asked = material.facts.draw(26).map((fact) => `${capitalize(trainingCore(fact, pen.rng))} – ${fact.answer}`);
  return [
    pen.inOrder(4, genre.openings),
    ...paragraphs(asked, 2),
    ...blocks.flatMap((block) => paragraphs(block, 4)),
    ...themeLines,
    closing,
  ];
}

function lettersBody(
  pen: Pen,
  genre: Genre,
  products: readonly Product[],
  blocks: readonly string[][],
  asked: readonly TellableFact[],
  themeLines: readonly string[],
  closing: string,
): string[] {
  return [
    `Betreff: ${nameOf(products[0]!.noun)}`,
    'Sehr geehrte Damen und Herren,',
    lowerFirst(
      pen.write([
        'wir sind {kunde.nom} und möchten unsere Werkstatt erneuern.',
        'für einen Neubau, den {kunde.nom} plant, suchen wir noch Geräte.',
        'in Ihrer Ausstellung ist uns {nom} aufgefallen, und wir hätten dazu einige Fragen.',
        'ein Kollege hat uns {akk} empfohlen.',
      ]),
    ),
    `${asked.map((fact) => capitalize(trainingCore(fact, pen.rng))).join(' ')} ${pen.write([
      'Über eine rasche Antwort würden wir uns freuen.',
      'Bitte antworten Sie uns noch in dieser Woche.',
      'Nennen Sie uns gern auch passendes Zubehör.',
    ])}`,
    'Antwort des Verkaufs:',
    `Guten Tag, ${lowerFirst(pen.write(genre.openings))} ${asked.map((fact) => fact.answer).join(' ')}`,
    ...blocks.flatMap((block) => paragraphs(block, 4)),
    ...themeLines,
    closing,
    `Mit freundlichen Grüßen, Ihr Verkauf der ${company.name}`,
  ];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function writeDocument(genre: Genre, source: string, index: number, material: Material, seed: number): StarterDocument {
  const id = `${source}-${String(index + 1).padStart(3, '0')}`;
  const rng = Rng.named(seed, `starter.document.${id}`);
  const products = material.products.draw(genre.products);
  const [main] = products;
  invariant(main !== undefined, () => `internal: the document ${id} has no product`);
  // A source of one year holds papers of that year.
  const year = Number(/20\d\d$/.exec(source)?.[0] ?? 2022 + rng.int(3));
  const month = rng.int(months.length);
  const pen = new Pen(rng, {
    firma: company.name,
    ort: company.town,
    datum: `${twoDigits(1 + rng.int(28))}.${twoDigits(month + 1)}.${year}`,
    monat: months[month]!,
    jahr: String(year),
    anzahl: String(6 + rng.int(60)),
    auftrag: `A-${year}-${String(100 + rng.int(900))}`,
    bereich: ranges[main.range],
    zweck: main.purpose,
    ...nounSlots(main.noun),
    ...nounSlots(main.part, 'teil'),
    ...nounSlots(rng.pick(customers), 'kunde'),
  });
  const title = pen.write(genre.titles);
  return { source, id, title, text: [`# ${title}`, ...body(pen, genre, products, material)].join('\n\n') };
}

/** `scale` 1 gives the whole corpus; a smaller one fewer documents in each source, at least one. */
export function generateDocuments(facts: readonly TellableFact[], scale: number, seed: number): StarterDocument[] {
  const rng = Rng.named(seed, 'starter.documents');
  const byProduct = new Map<Product, TellableFact[]>();
  for (const fact of facts) {
    if (fact.product !== undefined) byProduct.set(fact.product, [...(byProduct.get(fact.product) ?? []), fact]);
  }
  const all = [...byProduct.keys()];
  const material = (among: readonly Product[]): Material => ({
    products: new Bag(among, rng),
    facts: new Bag(facts, rng),
    companyFacts: new Bag(
      facts.filter((fact) => fact.product === undefined),
      rng,
    ),
    ofProduct: (product) => byProduct.get(product) ?? [],
  });
  const documents: StarterDocument[] = [];
  for (const genre of genres) {
    const shared = material(all);
    for (const suffix of genre.sources) {
      // A manual keeps to its own range, where a small corpus has one of its products at all.
      const inRange = genre.id === 'handbuch' ? all.filter((product) => product.range === suffix) : [];
      const own = inRange.length > 0 ? material(inRange) : shared;
      const source = `${genre.id}-${suffix}`;
      const count = Math.max(1, Math.round(genre.documentsPerSource * scale));
      for (let i = 0; i < count; i++) documents.push(writeDocument(genre, source, i, own, seed));
    }
  }
  return documents;
}
