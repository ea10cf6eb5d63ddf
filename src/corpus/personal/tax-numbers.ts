/**
 * Check digits of the Steuernummer, by Land. The rules are those of the Bavarian tax office's public paper for ELSTER,
 * `Prüfung der Steuer- und Steueridentifikationsnummer`, chapters 3 to 6. It knows no text around a number.
 */

type Rule = (digits: string) => number;

/** A check digit of more than one place is never issued. */
const NEVER = -1;

/** 11er-Verfahren: weighted sum, the digit fills it to a multiple of 11. */
function elevens(weights: readonly number[]): Rule {
  return (digits) => {
    const result = (11 - (weightedSum(digits, weights) % 11)) % 11;
    return result > 9 ? NEVER : result;
  };
}

function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (digits.charCodeAt(i) - 48) * weights[i]!;
  return sum;
}

/** Nordrhein-Westfalen: the remainder itself. */
const remainderOfElevens: Rule = (digits) => {
  const result = weightedSum(digits, [0, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1]) % 11;
  return result > 9 ? NEVER : result;
};

/** 2er-Verfahren: summand, last digit, power of two, repeated digit sum. */
const twos: Rule = (digits) => {
  const summands = [0, 0, 9, 8, 0, 7, 6, 5, 4, 3, 2, 1];
  const factors = [0, 0, 512, 256, 0, 128, 64, 32, 16, 8, 4, 2];
  let sum = 0;
  for (let i = 0; i < 12; i++) {
    const product = ((digits.charCodeAt(i) - 48 + summands[i]!) % 10) * factors[i]!;
    sum += product === 0 ? 0 : ((product - 1) % 9) + 1;
  }
  return (10 - (sum % 10)) % 10;
};

/** Rheinland-Pfalz: weights 1 and 2, digit sums, filled to a multiple of ten. */
const alternating: Rule = (digits) => {
  const weights = [0, 0, 1, 2, 0, 1, 2, 1, 2, 1, 2, 1];
  let sum = 0;
  for (let i = 0; i < 12; i++) {
    const product = (digits.charCodeAt(i) - 48) * weights[i]!;
    sum += product > 9 ? product - 9 : product;
  }
  return (10 - (sum % 10)) % 10;
};

const oneDigitLand = elevens([0, 5, 4, 3, 0, 2, 7, 6, 5, 4, 3, 2]);
const twoDigitLand = elevens([0, 0, 4, 3, 0, 2, 7, 6, 5, 4, 3, 2]);
const withOffice = elevens([0, 0, 2, 9, 0, 8, 7, 6, 5, 4, 3, 2]);
/** Some offices of Berlin leave the office number out; which ones changed over the years, so either rule is taken. */
const withoutOffice = elevens([0, 0, 0, 0, 0, 7, 6, 5, 8, 4, 3, 2]);

interface Land {
  /** What the unified number begins with. */
  readonly prefix: string;
  /** Digits of the number as the Land writes it, and of its groups. */
  readonly local: 10 | 11;
  readonly rules: readonly Rule[];
  /** What a local number of eleven digits must begin with. */
  readonly begins?: RegExp;
  /** Digits at the front of the local number that the unified form drops. */
  readonly drops?: 1;
}

const LAENDER: readonly Land[] = [
  { prefix: '28', local: 10, rules: [twos] },
  { prefix: '9', local: 11, rules: [oneDigitLand], begins: /^[12]/ },
  { prefix: '11', local: 10, rules: [withoutOffice, withOffice] },
  { prefix: '3', local: 11, rules: [oneDigitLand], begins: /^[012]/ },
  { prefix: '24', local: 10, rules: [twoDigitLand] },
  { prefix: '22', local: 10, rules: [twoDigitLand] },
  { prefix: '26', local: 11, rules: [twos], begins: /^0/, drops: 1 },
  { prefix: '4', local: 11, rules: [oneDigitLand], begins: /^[01]/ },
  { prefix: '23', local: 10, rules: [withOffice] },
  { prefix: '5', local: 11, rules: [remainderOfElevens], begins: /^[123]/ },
  { prefix: '27', local: 10, rules: [alternating] },
  { prefix: '10', local: 11, rules: [twoDigitLand], begins: /^0/, drops: 1 },
  { prefix: '21', local: 10, rules: [twos] },
];

/** True for a Steuernummer in the unified form of 13 digits (fifth digit 0) whose Land and check digit hold. */
export function isUnifiedTaxNumber(digits: string): boolean {
  if (!/^\d{4}0\d{8}$/.test(digits)) return false;
  const land = LAENDER.find((candidate) => digits.startsWith(candidate.prefix));
  return land !== undefined && holds(digits, land);
}

/** True where the check digit of a number as a Land writes it (10 or 11 digits) holds for at least one Land. */
export function isLocalTaxNumber(digits: string): boolean {
  if (!/^\d{10,11}$/.test(digits)) return false;
  return LAENDER.some((land) => {
    if (digits.length !== land.local || (land.begins !== undefined && !land.begins.test(digits))) return false;
    const office = land.prefix + digits.slice(land.drops ?? 0, digits.length - 8);
    return office.length === 4 && holds(`${office}0${digits.slice(-8)}`, land);
  });
}

function holds(digits: string, land: Land): boolean {
  return land.rules.some((rule) => rule(digits) === digits.charCodeAt(12) - 48);
}
