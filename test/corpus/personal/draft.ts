/**
 * A document under construction that remembers where its personal data stands, and invented values to put into it.
 * Numbers carry right check digits but belong to nobody; people and firms are made of generic parts.
 */
import { Rng } from '../../../src/base/index.ts';
import type { PersonalKind } from '../../../src/corpus/personal/index.ts';
import { isLocalTaxNumber } from '../../../src/corpus/personal/tax-numbers.ts';

export interface Label {
  readonly kind: PersonalKind;
  readonly start: number;
  readonly end: number;
}

export interface LabelledDocument {
  readonly type: string;
  readonly text: string;
  readonly labels: readonly Label[];
}

/** A value whose place is a label. */
export interface Marked {
  readonly kind: PersonalKind;
  readonly value: string;
}

export class Draft {
  text = '';
  readonly labels: Label[] = [];

  /** Appends a template; marked values in it become labels. */
  w(parts: TemplateStringsArray, ...values: readonly (Marked | string | number)[]): this {
    for (const [i, part] of parts.entries()) {
      this.text += part;
      const value = values[i];
      if (value === undefined) continue;
      if (typeof value === 'object') {
        this.labels.push({ kind: value.kind, start: this.text.length, end: this.text.length + value.value.length });
        this.text += value.value;
      } else this.text += value;
    }
    return this;
  }
}

const WOMEN =
  'Anna Petra Sabine Julia Birgit Mona Ayla Levke Friederike Heike Katharina Ines Ramona Svea Yara Tjorven Gesa Ulrike Dörte Emilia Marlies Constanze';
const MEN =
  'Jens Thomas Stefan Matthias Ole Kaan Fiete Hinnerk Rainer Lukas Sebastian Milan Ruben Torsten Bernd Alwin Holger Niklas Dimitri Korbinian Emil Volker';
const SURNAMES =
  'Wendland Kröger Bauer Sommer Holtkamp Brandl Yilmaz Nowak Petersen Lindner Voss Hartung Jung Koch Steinbrecher Lorenz Öztürk Przybilla Rademacher Thiele Straub Ziegler Abel Möbius Kowalski Fuchs Berger Ahrens Dahlke Engelhardt';
const PLACES =
  'Musterstadt|Lindenau|Bad Wiesenbrunn|Neudorf am See|Kirchberg|Altenhain|Seeburg|Rosenthal an der Aue|Hohenfeld|Birkenau|Frankfurt am Main|Köln|Rostock|Erfurt';
const STREETS =
  'Ahornweg|Lindenstraße|Schillerstr.|Am Mühlbach|Goethestraße|Lange Straße|Kastanienallee|Marktplatz|Bergmannstraße|Kirchgasse|Birkenweg|Alte Poststraße|Dr.-Külz-Straße|Rosa-Luxemburg-Platz|Neue Gasse|Eichendamm|Hafenstrasse|Zur alten Schmiede|Ludwigsplatz|Fliederweg';
const FIRMS =
  'Nordlicht Maschinenbau GmbH|Bäckerei Kornblume KG|Wiesner & Partner|Autohaus Petersen GmbH|Stadtwerke Lindenau AG|Elektro Krüger e.K.|Talhof Logistik GmbH & Co. KG|Sonnenapotheke|Kanzlei Brandl & Kollegen|Hansa Verpackung OHG|Gebr. Thiele Holzbau GmbH|Volksbank Hohenfeld eG';
const DISTRICTS = 'M B HH K F S KA MÜ LÖ WOB ERZ DD OAL NEA TÜ';

const list = (text: string, separator = ' '): string[] => text.split(separator);

/** What people, places and streets are called. */
export interface Pools {
  readonly women: string;
  readonly men: string;
  readonly surnames: string;
  readonly places: string;
  readonly streets: string;
  readonly firms: string;
}

export const POOLS: Pools = {
  women: WOMEN,
  men: MEN,
  surnames: SURNAMES,
  places: PLACES,
  streets: STREETS,
  firms: FIRMS,
};

/** Invented values, from a stream of their own. */
export class Values {
  readonly rng: Rng;
  readonly pools: Pools;

  constructor(rng: Rng, pools: Pools = POOLS) {
    this.rng = rng;
    this.pools = pools;
  }

  pick<T>(values: readonly T[]): T {
    return this.rng.pick(values);
  }

  /** One of the texts between the bars. */
  one(texts: string): string {
    return this.rng.pick(texts.split('|'));
  }

  chance(share: number): boolean {
    return this.rng.float() < share;
  }

  digits(count: number, first = '0123456789'): string {
    let result = count > 0 ? this.rng.pick([...first]) : '';
    while (result.length < count) result += this.rng.int(10);
    return result;
  }

  int(from: number, to: number): number {
    return from + this.rng.int(to - from + 1);
  }

  woman(): string {
    return this.rng.pick(list(this.pools.women));
  }

  man(): string {
    return this.rng.pick(list(this.pools.men));
  }

  surname(): string {
    const name = this.rng.pick(list(this.pools.surnames));
    if (this.chance(0.06)) return `von ${name}`;
    return this.chance(0.08) ? `${name}-${this.rng.pick(list(this.pools.surnames))}` : name;
  }

  /** A whole name as text. */
  person(): string {
    const second = this.chance(0.08) ? `${this.rng.pick(['K.', 'M.', 'J.'])} ` : '';
    return `${this.chance(0.5) ? this.woman() : this.man()} ${second}${this.surname()}`;
  }

  firm(): string {
    return this.rng.pick(list(this.pools.firms, '|'));
  }

  place(): string {
    return this.rng.pick(list(this.pools.places, '|'));
  }

  date(fromYear = 2015, toYear = 2025): string {
    return `${this.two(1, 28)}.${this.two(1, 12)}.${this.int(fromYear, toYear)}`;
  }

  two(from: number, to: number): string {
    return String(this.int(from, to)).padStart(2, '0');
  }

  amount(): string {
    return `${this.int(1, 48)}.${this.digits(3)},${this.digits(2)}`;
  }

  name(): Marked {
    return { kind: 'name', value: this.person() };
  }

  marked(kind: PersonalKind, value: string): Marked {
    return { kind, value };
  }

  iban(): Marked {
    const country = this.chance(0.85) ? 'DE' : this.pick(['AT', 'NL', 'FR']);
    const bodies: Record<string, string> = {
      DE: this.digits(18),
      AT: this.digits(16),
      NL: `TEST${this.digits(10)}`,
      FR: this.digits(23),
    };
    const body = bodies[country]!;
    const numeric = [...`${body}${country}00`].map((c) => (/\d/.test(c) ? c : String(c.charCodeAt(0) - 55))).join('');
    const check = String(98n - (BigInt(numeric) % 97n)).padStart(2, '0');
    const whole = country + check + body;
    return this.marked('iban', this.chance(0.65) ? whole.replace(/(.{4})(?=.)/g, '$1 ') : whole);
  }

  /** ISO 7064 MOD 11,10, found by trying the ten digits. */
  private withMod1110(digits: string): string {
    for (let last = 0; last < 10; last++) {
      let rest = 10;
      for (const digit of digits) rest = (((rest + Number(digit)) % 10 || 10) * 2) % 11;
      if ((rest + last) % 10 === 1) return digits + last;
    }
    throw new Error('no digit fits');
  }

  taxId(): Marked {
    const order = this.rng.shuffle([...'0123456789']);
    const kept = order.slice(0, 9);
    if (kept[0] === '0') [kept[0], kept[1]] = [kept[1]!, kept[0]!];
    kept.splice(this.int(4, 9), 0, kept[this.int(0, 2)]!);
    const whole = this.withMod1110(kept.join(''));
    return this.marked('tax-id', this.chance(0.5) ? whole : whole.replace(/^(..)(...)(...)(...)$/, '$1 $2 $3 $4'));
  }

  taxNumber(): Marked {
    for (;;) {
      const long = this.chance(0.5);
      const digits = long ? this.digits(11, '123') : this.digits(10, '123');
      if (!isLocalTaxNumber(digits) && this.chance(0.8)) continue;
      const form = long ? this.pick(['$1/$2/$3', '$1 $2 $3']) : this.pick(['$1/$2/$3', '$1 $2 $3']);
      return this.marked('tax-number', digits.replace(long ? /^(...)(...)(.....)$/ : /^(..)(...)(.....)$/, form));
    }
  }

  vatId(): Marked {
    if (this.chance(0.2))
      return this.marked(
        'vat-id',
        this.pick([`ATU${this.digits(8)}`, `NL${this.digits(9)}B01`, `PL${this.digits(10)}`]),
      );
    const whole = this.withMod1110(this.digits(8, '123456789'));
    return this.marked('vat-id', this.chance(0.85) ? `DE${whole}` : `DE ${whole.replace(/(...)(?=.)/g, '$1 ')}`);
  }

  socialSecurity(): Marked {
    const area = this.pick(['12', '15', '23', '52', '65', '10']);
    const birth = this.two(1, 28) + this.two(1, 12) + this.two(50, 99);
    const letter = this.pick([...'ABCDEFGHKLMNPRSTW']);
    const serial = this.digits(2);
    const row = area + birth + String(letter.charCodeAt(0) - 64).padStart(2, '0') + serial;
    let sum = 0;
    for (const [i, digit] of [...row].entries()) {
      for (const part of String(Number(digit) * [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1][i]!)) sum += Number(part);
    }
    const check = sum % 10;
    const forms = [`${area}${birth}${letter}${serial}${check}`, `${area} ${birth} ${letter} ${serial}${check}`];
    return this.marked('social-security', this.pick(forms));
  }

  healthInsurance(): Marked {
    const letter = this.pick([...'ABCDEFGHKLMNPRSTWXZ']);
    const body = this.digits(8);
    const row = String(letter.charCodeAt(0) - 64).padStart(2, '0') + body;
    let sum = 0;
    for (const [i, digit] of [...row].entries())
      for (const part of String(Number(digit) * (1 + (i % 2)))) sum += Number(part);
    return this.marked('health-insurance', `${letter}${body}${sum % 10}`);
  }

  identityCard(): Marked {
    const characters = '0123456789CFGHJKLMNPRTVWXYZ';
    let serial = this.pick([...'LMNPRTVWXY']);
    while (serial.length < 8) serial += this.pick([...characters]);
    serial += this.digits(1);
    if (this.chance(0.4)) return this.marked('identity-card', serial);
    const value = (c: string) => (/\d/.test(c) ? Number(c) : c.charCodeAt(0) - 55);
    const sum = [...serial].reduce((total, c, i) => total + value(c) * [7, 3, 1][i % 3]!, 0);
    return this.marked('identity-card', `${serial}${sum % 10}`);
  }

  card(): Marked {
    const body = this.pick(['4', '51', '55', '2221']) + this.digits(15);
    const fifteen = body.slice(0, 15);
    for (let last = 0; last < 10; last++) {
      const whole = fifteen + last;
      let sum = 0;
      for (const [i, digit] of [...whole].entries()) {
        const double = Number(digit) * (i % 2 === 0 ? 2 : 1);
        sum += double > 9 ? double - 9 : double;
      }
      if (sum % 10 === 0) return this.marked('card', this.chance(0.8) ? whole.replace(/(....)(?=.)/g, '$1 ') : whole);
    }
    throw new Error('no digit fits');
  }

  phone(): Marked {
    const area = this.pick(['030', '089', '0221', '0341', '0761', '04321', '07031', '036601', '05241']);
    const mobile = this.pick(['0151', '0160', '0171', '0176', '0157']);
    const number = this.digits(this.int(5, 7), '23456789');
    const forms = [
      `${area} ${number}`,
      `${area}/${number}`,
      `${area}-${number}`,
      `(${area}) ${number}`,
      `${area} / ${number.slice(0, 3)} ${number.slice(3)}`,
      `${area} ${number}-${this.int(0, 99)}`,
      `+49 ${area.slice(1)} ${number}`,
      `+49 (0) ${area.slice(1)} ${number}`,
      `0049 ${area.slice(1)} ${number}`,
      `${mobile} ${this.digits(7, '23456789')}`,
      `${mobile}-${this.digits(8, '23456789')}`,
      `${mobile}${this.digits(7, '23456789')}`,
      `+49 ${mobile.slice(1)} ${this.digits(3, '23456789')} ${this.digits(4)}`,
      `+43 1 ${this.digits(7, '23456789')}`,
    ];
    return this.marked('phone', this.pick(forms));
  }

  email(person = this.person()): Marked {
    const plain = person.toLowerCase().replace(/ö/g, 'oe').replace(/ü/g, 'ue').replace(/ä/g, 'ae').replace(/ß/g, 'ss');
    const parts = plain.split(' ').filter((part) => /^[a-z-]{3,}$/.test(part));
    const local = this.pick([
      parts.join('.'),
      `${parts[0]![0]}.${parts.at(-1)}`,
      `${parts.join('_')}${this.int(1, 99)}`,
    ]);
    return this.marked(
      'email',
      `${local}@${this.pick(['example.com', 'example.org', 'mail.example.net', 'firma-beispiel.de', 'beispiel.example'])}`,
    );
  }

  ip(): Marked {
    if (this.chance(0.2)) return this.marked('ip', `2001:db8:${this.hex()}:${this.hex()}::${this.hex()}`);
    const prefix = this.pick(['10.', '192.168.', '203.0.', '198.51.', '172.16.']);
    const rest = prefix.split('.').length === 2 ? 3 : 2;
    return this.marked('ip', prefix + Array.from({ length: rest }, () => this.int(1, 254)).join('.'));
  }

  private hex(): string {
    return this.int(4096, 65535).toString(16);
  }

  plate(): Marked {
    const district = this.pick(list(DISTRICTS));
    const series =
      this.pick([...'ABCDEFGHJKLMNPRSTUVWXYZ']) + (this.chance(0.7) ? this.pick([...'ABCDEFGHJKLMNPRTUVWXYZ']) : '');
    const number = this.digits(this.int(2, district.length + series.length > 4 ? 3 : 4), '123456789');
    const suffix = this.chance(0.1) ? 'E' : '';
    return this.marked('licence-plate', `${district}${this.pick(['-', '-', ' '])}${series} ${number}${suffix}`);
  }

  street(): string {
    return `${this.rng.pick(list(this.pools.streets, '|'))} ${this.int(1, 148)}${this.chance(0.15) ? this.pick(['a', 'b', ' c']) : ''}`;
  }

  /** Street and place; `gap` stands between them. */
  address(gap = ', '): Marked {
    return this.marked('address', `${this.street()}${gap}${this.digits(5, '123456789')} ${this.place()}`);
  }

  birthDate(): Marked {
    const day = this.int(1, 28);
    const month = this.int(1, 12);
    const year = this.int(1948, 2006);
    const months = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ');
    const forms = [
      `${String(day).padStart(2, '0')}.${String(month).padStart(2, '0')}.${year}`,
      `${day}.${month}.${year}`,
      `${day}. ${months[month - 1]} ${year}`,
      `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
    ];
    return this.marked('birth-date', this.pick(forms));
  }
}

export type Template = (d: Draft, v: Values) => void;

/** `count` documents of the templates in turn, from a seed. */
export function writeDocuments(
  templates: Readonly<Record<string, Template>>,
  count: number,
  seed: number,
  pools: Pools = POOLS,
): LabelledDocument[] {
  const types = Object.keys(templates);
  return Array.from({ length: count }, (_, i) => {
    const type = types[i % types.length]!;
    const draft = new Draft();
    templates[type]!(draft, new Values(Rng.named(seed, `personal-${i}`), pools));
    return { type, text: draft.text, labels: draft.labels };
  });
}
