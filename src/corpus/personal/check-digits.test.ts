/** The check digits against the worked examples of the offices that made them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  holdsLuhn,
  holdsMod97,
  isGermanVatId,
  isHealthInsuranceNumber,
  isSocialSecurityNumber,
  isTaxId,
  mod1110CheckDigit,
  travelDocumentCheckDigit,
} from './check-digits.ts';
import { isLocalTaxNumber, isUnifiedTaxNumber } from './tax-numbers.ts';

/** Every other digit at every place, and every swap of two different neighbours, given to `check`. */
function changedNumbers(number: string): string[] {
  const changed: string[] = [];
  for (let i = 0; i < number.length; i++) {
    if (!/\d/.test(number[i]!)) continue;
    for (let digit = 0; digit < 10; digit++) {
      if (String(digit) !== number[i]) changed.push(number.slice(0, i) + digit + number.slice(i + 1));
    }
  }
  return changed;
}

test('the IBAN of the Bundesbank example holds and none with one other digit does', () => {
  // Deutsche Bundesbank, "IBAN-Regeln", the standard example; GB and NO from the IBAN registry (SWIFT, ISO 13616).
  for (const iban of ['DE89370400440532013000', 'GB82WEST12345698765432', 'NO9386011117947']) {
    assert.ok(holdsMod97(iban), iban);
    for (const other of changedNumbers(iban)) assert.ok(!holdsMod97(other), other);
  }
});

test('the Steuer-IDs of the published examples hold and none with one other last digit does', () => {
  // Bayerisches Landesamt für Steuern (ELSTER), "Prüfung der Steuer- und Steueridentifikationsnummer", chapter 2, and BZSt.
  for (const id of ['86095742719', '47036892816', '65929970489', '57549285017', '25768131411'])
    assert.ok(isTaxId(id), id);
  for (let digit = 0; digit < 10; digit++) assert.equal(isTaxId(`8609574271${digit}`), digit === 9);
});

test('a Steuer-ID without a repeated digit, with two repeated ones or with three in a row is none', () => {
  for (const ten of ['1234567890', '1122345678', '1114567890', '0123456788']) {
    assert.ok(!isTaxId(ten + mod1110CheckDigit(ten)), ten);
  }
});

test('the USt-IdNr of the published example holds and none with one other digit does', () => {
  // Anlage 3 to § 9 ZMDV (BGBl. 1993 I p. 736) gives the rule, DIN ISO 7064 MOD 11,10; the number is the tax office's own example.
  assert.ok(isGermanVatId('DE136695976'));
  for (const other of changedNumbers('DE136695976')) assert.ok(!isGermanVatId(other), other);
});

test('the Steuernummer of each Land in the tax offices example holds in both spellings', () => {
  // ELSTER, the same paper, chapter 4: one number of each Land as it writes it and in the unified form.
  const examples = [
    ['9381508152', '2893081508152'],
    ['18181508155', '9181081508155'],
    ['2181508150', '1121081508150'],
    ['04881508155', '3048081508155'],
    ['7581508152', '2475081508152'],
    ['0281508156', '2202081508156'],
    ['01381508153', '2613081508153'],
    ['07981508151', '4079081508151'],
    ['2481508151', '2324081508151'],
    ['13381508159', '5133081508159'],
    ['2281508154', '2722081508154'],
    ['01081508182', '1010081508182'],
    ['20112312340', '3201012312340'],
    ['10181508154', '3101081508154'],
    ['2981508158', '2129081508158'],
    ['15181508156', '4151081508156'],
  ] as const;
  for (const [local, unified] of examples) {
    assert.ok(isUnifiedTaxNumber(unified), unified);
    assert.ok(isLocalTaxNumber(local), local);
    const last = Number(unified.at(-1));
    const others = Array.from({ length: 10 }, (_, digit) => unified.slice(0, 12) + digit).filter(isUnifiedTaxNumber);
    assert.ok(others.includes(unified.slice(0, 12) + last) && others.length <= 2, others.join(' '));
  }
});

test('the Versicherungsnummer of the published examples holds and none with one other check digit does', () => {
  // Deutsche Rentenversicherung, 15 070649 C 103 and 65 170839 J 003; the rule: § 2 and annex VKVV.
  for (const number of ['15070649C103', '65170839J003']) {
    const right = Array.from({ length: 10 }, (_, digit) => number.slice(0, 11) + digit).filter(isSocialSecurityNumber);
    assert.deepEqual(right, [number]);
  }
  assert.ok(!isSocialSecurityNumber('15071349C103'), 'month 13');
});

test('the Krankenversichertennummer of the gematik test data holds and none with one other digit does', () => {
  // GKV-Spitzenverband, Prüfziffernberechnung; A123456780 is the number of gematik's sample cards.
  assert.ok(isHealthInsuranceNumber('A123456780'));
  for (const other of changedNumbers('A123456780')) assert.ok(!isHealthInsuranceNumber(other), other);
});

test('the travel document check digits of ICAO Doc 9303 and of the specimen identity card come out', () => {
  assert.equal(travelDocumentCheckDigit('L898902C3'), 6); // ICAO Doc 9303 part 4, appendix: the Utopian specimen.
  assert.equal(travelDocumentCheckDigit('740812'), 2);
  assert.equal(travelDocumentCheckDigit('120415'), 9);
  assert.equal(travelDocumentCheckDigit('D23145890'), 7); // Part 5, TD1 specimen.
  assert.equal(travelDocumentCheckDigit('T22000129'), 3); // BMI, specimen of the German identity card.
});

test('the number of the Luhn example holds and none with one other digit does', () => {
  // ISO/IEC 7812-1 annex B; 79927398713 is the usual worked example, the others are test numbers of the networks.
  for (const number of ['79927398713', '4111111111111111', '5555555555554444', '378282246310005']) {
    assert.ok(holdsLuhn(number), number);
    for (const other of changedNumbers(number)) assert.ok(!holdsLuhn(other), other);
  }
});
