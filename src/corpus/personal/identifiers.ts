/**
 * Numbers of persons that carry a check digit: tax, insurance, identity card, payment card. Each function is called at
 * the first digit of a run and returns the end of what it found, or 0. It knows the words before a number, not the
 * sentence around it.
 */
import {
  holdsLuhn,
  isGermanVatId,
  isHealthInsuranceNumber,
  isSocialSecurityNumber,
  isTaxId,
  travelDocumentCheckDigit,
} from './check-digits.ts';
import { isBlank, isCapital, isDigit, isLetter, isWordPart, readGroups, type Scan } from './scan.ts';
import { isLocalTaxNumber, isUnifiedTaxNumber } from './tax-numbers.ts';

const BLANKS = ' \u00a0\u2009\u202f';

const TAX_ID_WORDS =
  /(?:steuer-?\s?id|ident(?:ifikations)?-?(?:nummer|nr)|idnr|id-nr|\btin\b|tax\s?(?:id|identification))[^\d]{0,32}$/i;
const FOREIGN_NUMBER =
  /(?:artikel|art\.|teil|bestell|auftrag|rechnung|kunden|beleg|vorgang|serien|ean|gtin|isbn|liefer|sendung|paket|vertrag|aktenzeichen|az\.|charge|los|zähler|inventar|ticket|projekt|konto|blz|bankleitzahl|material|order|invoice|part|item|serial|tracking|hash|token|checksum|uuid|key|\bid\b|tel|fon|fax|mobil)[^\d\n]{0,16}$/i;

/** Steuer-ID, plain or in groups. */
export function findTaxId(scan: Scan, start: number): number {
  if (isWordPart(scan.at(start - 1)) || scan.at(start) === 48) return 0;
  const number = readGroups(scan, start, 11, BLANKS);
  if (number === undefined || number.digits.length !== 11 || isWordPart(scan.at(number.end))) return 0;
  if (!isTaxId(number.digits)) return 0;
  if (isDigit(scan.at(start - 2)) && !isWordPart(scan.at(start - 1)) && number.groups.length > 1) return 0;
  const before = scan.before(start);
  if (TAX_ID_WORDS.test(before)) return scan.add('tax-id', start, number.end, 'mod-11-10', 'certain');
  if (FOREIGN_NUMBER.test(before) || TAX_NUMBER_WORDS.test(before) || isHyphenOrDot(scan.at(start - 1))) return 0;
  return scan.add('tax-id', start, number.end, 'mod-11-10', 'likely');
}

const isHyphenOrDot = (code: number): boolean => code === 45 || code === 46 || code === 47 || code === 43;

const TAX_NUMBER_WORDS =
  /(?:steuer-?\s?(?:nummer|nr)|\bst\.?\s?-?\s?nr|\bstnr|tax\s?(?:number|no)|besteuert unter)[^\d]{0,32}$/i;

/** Steuernummer, as a Land writes it or in the unified form; only after a word that names it. */
export function findTaxNumber(scan: Scan, start: number): number {
  if (isWordPart(scan.at(start - 1))) return 0;
  const number = readGroups(scan, start, 13, `${BLANKS}/-`);
  if (number === undefined || isWordPart(scan.at(number.end))) return 0;
  const { digits, groups } = number;
  const unified = digits.length === 13;
  if (unified ? digits.charAt(4) !== '0' : digits.length !== 10 && digits.length !== 11) return 0;
  if (groups.length > 4 || !TAX_NUMBER_WORDS.test(scan.before(start))) return 0;
  const holds = unified ? isUnifiedTaxNumber(digits) : isLocalTaxNumber(digits);
  return scan.add('tax-number', start, number.end, holds ? 'check-digit' : 'label', holds ? 'certain' : 'likely');
}

/** What follows the country code in the other member states' VAT numbers (European Commission, VIES, structures). */
const VAT_FORMS = new Map<string, RegExp>(
  Object.entries({
    ATU: /^\d{8}$/,
    BE: /^[01]\d{9}$/,
    BG: /^\d{9,10}$/,
    CY: /^\d{8}[A-Z]$/,
    CZ: /^\d{8,10}$/,
    DK: /^\d{8}$/,
    EE: /^\d{9}$/,
    EL: /^\d{9}$/,
    ES: /^[A-Z0-9]\d{7}[A-Z0-9]$/,
    FI: /^\d{8}$/,
    FR: /^[A-Z0-9]{2}\d{9}$/,
    HR: /^\d{11}$/,
    HU: /^\d{8}$/,
    IE: /^\d[A-Z0-9]\d{5}[A-Z]{1,2}$/,
    IT: /^\d{11}$/,
    LT: /^(?:\d{9}|\d{12})$/,
    LU: /^\d{8}$/,
    LV: /^\d{11}$/,
    MT: /^\d{8}$/,
    NL: /^[A-Z0-9]{9}B\d{2}$/,
    PL: /^\d{10}$/,
    PT: /^\d{9}$/,
    RO: /^\d{2,10}$/,
    SE: /^\d{12}$/,
    SI: /^\d{8}$/,
    SK: /^\d{10}$/,
    XI: /^\d{9}(?:\d{3})?$/,
  }),
);

const VAT_WORDS =
  /(?:ust\.?-?\s?id|umsatzsteuer-?id|umsatzsteueridentifikation|\buid\b|mwst\.?-?\s?nr|vat|ustid)[^\d]{0,32}$/i;

/** A VAT number whose country code stands at `start`: German ones by check digit, others by form after a word for it. */
export function findVatId(scan: Scan, start: number): number {
  if (isWordPart(scan.at(start - 1))) return 0;
  const country = scan.text.slice(start, start + 2);
  let compact = '';
  let index = start + 2;
  while (compact.length < 13) {
    const code = scan.at(index);
    const next = scan.at(index + 1);
    if (isDigit(code) || isCapital(code)) compact += String.fromCharCode(code);
    else if (!isBlank(code) || !isDigit(next) || compact.length >= 9) break;
    index++;
  }
  if (isWordPart(scan.at(index)) || compact.length < 8) return 0;
  if (country === 'DE') {
    return isGermanVatId(country + compact) ? scan.add('vat-id', start, index, 'mod-11-10', 'certain') : 0;
  }
  const form = VAT_FORMS.get(country === 'AT' ? 'ATU' : country);
  if (form === undefined || !form.test(country === 'AT' && compact.startsWith('U') ? compact.slice(1) : compact))
    return 0;
  return VAT_WORDS.test(scan.before(start)) ? scan.add('vat-id', start, index, 'form', 'likely') : 0;
}

const SOCIAL_SECURITY_WORDS =
  /(?:sozialvers|rentenvers|sv-?\s?n|rv-?\s?n|svnr|rvnr|vsnr|versicherungsn|vers\.?-?\s?nr)[^\n]{0,32}$/i;

/** Versicherungsnummer, plain or in its groups of 2, 6, 1 and 3 or 2 and 1. */
export function findSocialSecurity(scan: Scan, start: number): number {
  if (isWordPart(scan.at(start - 1)) || isHyphenOrDot(scan.at(start - 1))) return 0;
  let compact = '';
  let index = start;
  let separators = 0;
  while (compact.length < 12) {
    const code = scan.at(index);
    if (compact.length === 8 ? isCapital(code) : isDigit(code)) compact += String.fromCharCode(code);
    else if ([2, 4, 6, 8, 9, 11].includes(compact.length) && isGroupMark(code) && !isGroupMark(scan.at(index - 1))) {
      separators++;
    } else return 0;
    index++;
  }
  if (isWordPart(scan.at(index)) || separators > 6 || !isSocialSecurityNumber(compact)) return 0;
  const named = SOCIAL_SECURITY_WORDS.test(scan.before(start));
  if (!named && (compact.slice(2, 4) === '00' || compact.slice(4, 6) === '00')) return 0;
  return scan.add('social-security', start, index, 'check-digit', named ? 'certain' : 'likely');
}

const isGroupMark = (code: number): boolean => isBlank(code) || code === 45 || code === 47;

const HEALTH_WORDS =
  /(?:krankenvers|krankenkasse|versicherten|kvnr|kv-?\s?n|kv-?nr|gesundheitskarte|\begk\b|\bgkv\b|versichert|health)[^\n]{0,40}$/i;

/** Krankenversichertennummer whose letter stands at `start`; only after a word that names it. */
export function findHealthInsurance(scan: Scan, start: number): number {
  if (isWordPart(scan.at(start - 1)) || isHyphenOrDot(scan.at(start - 1))) return 0;
  const digitsAt = isBlank(scan.at(start + 1)) ? start + 2 : start + 1;
  const number = readGroups(scan, digitsAt, 9, BLANKS);
  if (number === undefined || number.digits.length !== 9 || isWordPart(scan.at(number.end))) return 0;
  if (!isHealthInsuranceNumber(scan.text.charAt(start) + number.digits)) return 0;
  if (!HEALTH_WORDS.test(scan.before(start))) return 0;
  return scan.add('health-insurance', start, number.end, 'check-digit', 'certain');
}

const CARD_OF_IDENTITY_WORDS =
  /(?:ausweis|\bperso\b|reisepass|\bpass(?:-?\s?n|port)|identity card|\bid card|document n)[^\n]{0,40}$/i;

/**
 * Serial number of an identity card or passport around `index`: nine characters (digits and the consonants that the
 * cards issued from 2010 use), then optionally the check digit and `D`; only after a word that names it.
 */
export function findIdentityCard(scan: Scan, index: number): number {
  let start = index;
  while (index - start < 12 && isWordPart(scan.at(start - 1))) start--;
  let end = index;
  while (end - start < 13 && isWordPart(scan.at(end))) end++;
  const spaced = end - start === 9 && isBlank(scan.at(end)) && /^\d(?:\s?D|D)?\b/.test(scan.after(end + 1, 4));
  const value = scan.text.slice(start, end);
  if (!/^[0-9CFGHJKLMNPRTVWXYZ]{9}(?:\d(?:<{0,2}D)?)?$/.test(value) || !/\d/.test(value)) return 0;
  if (isHyphenOrDot(scan.at(start - 1)) && scan.at(start - 1) !== 46) return 0;
  const oldForm = isDigit(value.charCodeAt(0));
  if (!oldForm && !/^[LMNPRTVWXYCFGHJK]/.test(value)) return 0;
  const checked = value.length > 9;
  if (checked && travelDocumentCheckDigit(value.slice(0, 9)) !== value.charCodeAt(9) - 48) return 0;
  if (oldForm && !checked) return 0;
  if (!CARD_OF_IDENTITY_WORDS.test(scan.before(start))) return 0;
  let last = end;
  if (spaced && travelDocumentCheckDigit(value) === scan.at(end + 1) - 48) last = end + 2;
  return scan.add('identity-card', start, last, checked || last > end ? 'check-digit' : 'label', 'certain');
}

const MRZ_LENGTHS = [30, 36, 44];

/**
 * A machine-readable zone (ICAO Doc 9303 parts 4 to 6) whose line holds `index`: its lines as one finding, where the
 * check digit of the document number or of the birth date holds.
 */
export function findMachineReadableZone(scan: Scan, index: number): number {
  let start = index;
  while (index - start < 44 && isZoneCharacter(scan.at(start - 1))) start--;
  const length = zoneLength(scan, start);
  if (length === 0) return 0;
  let checked = zoneLineHolds(scan.slice(start, start + length));
  let end = start + length;
  while (scan.at(end) === 10 && zoneLength(scan, end + 1) === length && end - start < 140) {
    checked ||= zoneLineHolds(scan.slice(end + 1, end + 1 + length));
    end += 1 + length;
  }
  return checked ? scan.add('identity-card', start, end, 'machine-readable-zone', 'certain') : 0;
}

const isZoneCharacter = (code: number): boolean => code === 60 || isCapital(code) || isDigit(code);

function zoneLength(scan: Scan, start: number): number {
  let end = start;
  while (end - start < 45 && isZoneCharacter(scan.at(end))) end++;
  return MRZ_LENGTHS.includes(end - start) ? end - start : 0;
}

function zoneLineHolds(line: string): boolean {
  const holds = (from: number, to: number) =>
    isDigit(line.charCodeAt(to)) && travelDocumentCheckDigit(line.slice(from, to)) === line.charCodeAt(to) - 48;
  if (line.length === 30)
    return /^[ACI]/.test(line) ? holds(5, 14) : /^\d{7}/.test(line) && holds(0, 6) && holds(8, 14);
  return /^[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}/.test(line) && holds(0, 9) && holds(13, 19);
}

const CARD_WORDS = /(?:karte|card|visa|master|amex|american express|maestro|kk-?n|pan\b)[^\n]{0,32}$/i;

/** Payment card: Luhn, known issuer, grouped as cards are or in one run. */
export function findCard(scan: Scan, start: number): number {
  if (isWordPart(scan.at(start - 1)) || isHyphenOrDot(scan.at(start - 1))) return 0;
  const number = readGroups(scan, start, 19, `${BLANKS}-`);
  if (number === undefined || number.digits.length < 13 || isWordPart(scan.at(number.end))) return 0;
  const { digits, groups } = number;
  if (groups.length > 5 || groups.some((size) => size < 3) || !isIssued(digits) || !holdsLuhn(digits)) return 0;
  const before = scan.before(start);
  const named = CARD_WORDS.test(before);
  if (!named && (digits.length === 13 || FOREIGN_NUMBER.test(before))) return 0;
  return scan.add('card', start, number.end, 'luhn', named || groups.length > 1 ? 'certain' : 'likely');
}

/** Issuer ranges and lengths as the networks publish them (ISO/IEC 7812 leaves them to the issuers). */
function isIssued(digits: string): boolean {
  const four = Number(digits.slice(0, 4));
  const length = digits.length;
  if (digits.startsWith('4')) return length === 13 || length === 16 || length === 19;
  if ((four >= 5100 && four <= 5599) || (four >= 2221 && four <= 2720)) return length === 16;
  if (/^3[47]/.test(digits)) return length === 15;
  if (/^3(?:0[0-5]|[689])/.test(digits)) return length === 14 || length === 16;
  if (four >= 3528 && four <= 3589) return length === 16;
  if (/^(?:6011|64[4-9]|65)/.test(digits)) return length === 16 || length === 19;
  if (digits.startsWith('62')) return length >= 16;
  return /^(?:5018|5020|5038|5893|6304|6759|676[1-3])/.test(digits);
}

/** True where the two characters at `index` can begin an IBAN or a VAT number. */
export function isCountryCode(scan: Scan, index: number): boolean {
  return isCapital(scan.at(index)) && isCapital(scan.at(index + 1)) && !isLetter(scan.at(index - 1));
}
