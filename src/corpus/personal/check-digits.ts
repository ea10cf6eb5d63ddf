/**
 * The official check digits of numbers that belong to a person, on compact strings without separators. It knows no text
 * around them. A function given a string of the wrong form answers false.
 */

/** Check digits of IBANs: ISO 13616 with ISO 7064 MOD 97-10, the country code and the digits moved to the end. */
export function holdsMod97(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  let remainder = 0;
  for (let i = 0; i < iban.length; i++) {
    const value = characterValue(iban.charCodeAt((i + 4) % iban.length));
    remainder = (value > 9 ? remainder * 100 + value : remainder * 10 + value) % 97;
  }
  return remainder === 1;
}

/** ISO/IEC 7064 MOD 11,10 over `digits`: the digit that has to follow them. */
export function mod1110CheckDigit(digits: string): number {
  let product = 10;
  for (let i = 0; i < digits.length; i++) {
    const sum = (digits.charCodeAt(i) - 48 + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10;
}

/**
 * Steuer-Identifikationsnummer (§ 139b AO): 11 digits, the first not 0; of the first ten exactly one digit occurs twice
 * or three times, not three times in a row; the last is MOD 11,10.
 */
export function isTaxId(digits: string): boolean {
  if (!/^[1-9]\d{10}$/.test(digits)) return false;
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10; i++) counts[digits.charCodeAt(i) - 48]!++;
  const repeated = counts.filter((count) => count > 1);
  if (repeated.length !== 1 || repeated[0]! > 3 || /(\d)\1\1/.test(digits.slice(0, 10))) return false;
  return mod1110CheckDigit(digits.slice(0, 10)) === digits.charCodeAt(10) - 48;
}

/** German Umsatzsteuer-Identifikationsnummer: `DE`, eight digits that do not begin with 0, MOD 11,10. */
export function isGermanVatId(value: string): boolean {
  return /^DE[1-9]\d{8}$/.test(value) && mod1110CheckDigit(value.slice(2, 10)) === value.charCodeAt(10) - 48;
}

const SOCIAL_SECURITY_WEIGHTS = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];

/**
 * Versicherungsnummer of the pension insurance (§ 147 SGB VI, § 2 VKVV): area 02 to 89, birth date DDMMYY, first letter
 * of the birth name, serial number, check digit. Day and month may be 00 where they are not known.
 */
export function isSocialSecurityNumber(value: string): boolean {
  const parts = /^(\d{2})(\d{2})(\d{2})\d{2}([A-Z])\d{2}(\d)$/.exec(value);
  if (parts === null) return false;
  const area = Number(parts[1]);
  if (area < 2 || area > 89 || Number(parts[2]) > 31 || Number(parts[3]) > 12) return false;
  const letter = String(value.charCodeAt(8) - 64).padStart(2, '0');
  const digits = value.slice(0, 8) + letter + value.slice(9, 11);
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += digitSum((digits.charCodeAt(i) - 48) * SOCIAL_SECURITY_WEIGHTS[i]!);
  return sum % 10 === Number(parts[5]);
}

/** Krankenversichertennummer (§ 290 SGB V), the ten places that stay: a letter, eight digits, check digit. */
export function isHealthInsuranceNumber(value: string): boolean {
  if (!/^[A-Z]\d{9}$/.test(value)) return false;
  const digits = String(value.charCodeAt(0) - 64).padStart(2, '0') + value.slice(1, 9);
  let sum = 0;
  for (let i = 0; i < 10; i++) sum += digitSum((digits.charCodeAt(i) - 48) * (i % 2 === 0 ? 1 : 2));
  return sum % 10 === value.charCodeAt(9) - 48;
}

/** ICAO Doc 9303 part 3: weights 7, 3, 1; letters count 10 to 35, `<` counts 0. */
export function travelDocumentCheckDigit(value: string): number {
  let sum = 0;
  for (let i = 0; i < value.length; i++) sum += characterValue(value.charCodeAt(i)) * [7, 3, 1][i % 3]!;
  return sum % 10;
}

/** Luhn's formula as in ISO/IEC 7812-1 annex B. */
export function holdsLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    sum += i % 2 === 0 ? digit : digitSum(digit * 2);
  }
  return sum % 10 === 0;
}

function characterValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 65 && code <= 90 ? code - 55 : 0;
}

function digitSum(value: number): number {
  return value < 10 ? value : Math.trunc(value / 10) + (value % 10);
}
