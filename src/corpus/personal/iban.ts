/** IBANs in text. Lengths by country from the IBAN registry of ISO 13616, whose registration authority is SWIFT. */
import { holdsMod97 } from './check-digits.ts';
import { isBlank, isCapital, isDigit, isWordPart, type Scan } from './scan.ts';

const LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 ' +
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 ' +
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The length of an IBAN of this country, or undefined where it takes no part. */
export const ibanLength = (country: string): number | undefined => LENGTHS.get(country);

/**
 * An IBAN whose two letters stand at `start`. Groups may be parted by single blanks, hyphens or dots. Returns its end, or
 * 0 where there is none.
 */
export function findIban(scan: Scan, start: number): number {
  const length = LENGTHS.get(scan.text.slice(start, start + 2));
  if (length === undefined || isWordPart(scan.at(start - 1))) return 0;
  let compact = scan.text.slice(start, start + 2);
  let index = start + 2;
  while (compact.length < length) {
    const code = scan.at(index);
    if (isDigit(code) || isCapital(code)) compact += String.fromCharCode(code);
    else if (!(isBlank(code) || code === 45 || code === 46) || !isWordPart(scan.at(index + 1))) return 0;
    index++;
  }
  if (isWordPart(scan.at(index)) || !holdsMod97(compact)) return 0;
  return scan.add('iban', start, index, 'mod-97', 'certain');
}
