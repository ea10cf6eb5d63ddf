/** The kinds of personal data this room looks for, what a finding is, and the word of each kind in a placeholder. */

export const PERSONAL_KINDS = [
  'iban',
  'tax-id',
  'tax-number',
  'vat-id',
  'social-security',
  'health-insurance',
  'identity-card',
  'card',
  'phone',
  'email',
  'ip',
  'licence-plate',
  'address',
  'birth-date',
  'name',
] as const;

export type PersonalKind = (typeof PERSONAL_KINDS)[number];

export interface PersonalFinding {
  readonly kind: PersonalKind;
  /** UTF-16 offsets into the text, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  /** Stable name of the rule that fired, for example `iban.mod-97`. */
  readonly rule: string;
  /** `certain`: a check digit or an explicit label vouches for it. `likely`: form and surroundings do. */
  readonly confidence: 'certain' | 'likely';
}

/** German words, because the text around them is German far more often than English. */
export const PLACEHOLDER_WORDS: { readonly [K in PersonalKind]: string } = {
  iban: 'IBAN',
  'tax-id': 'STEUER-ID',
  'tax-number': 'STEUERNUMMER',
  'vat-id': 'UST-ID',
  'social-security': 'SV-NUMMER',
  'health-insurance': 'KV-NUMMER',
  'identity-card': 'AUSWEIS',
  card: 'KARTE',
  phone: 'TELEFON',
  email: 'EMAIL',
  ip: 'IP',
  'licence-plate': 'KENNZEICHEN',
  address: 'ADRESSE',
  'birth-date': 'GEBURTSDATUM',
  name: 'NAME',
};
