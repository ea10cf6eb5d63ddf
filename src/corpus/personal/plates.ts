/** German licence plates: district, one or two letters, up to four digits. It knows the words before a plate. */
import { PLATE_DISTRICTS } from './plate-districts.ts';
import { HYPHEN, isBlank, isCapital, isDigit, isUpper, isWordPart, type Scan } from './scan.ts';

const PLATE_WORDS =
  /(?:kennzeichen|kfz|\bpkw\b|\blkw\b|fahrzeug|wagen|\bauto\b|transporter|halter|zulassung|zugelassen|fuhrpark|geparkt|parkt|nummernschild|stapler|anhänger|roller|motorrad|licen[cs]e plate|number plate|\bcar\b|vehicle)[^\n]{0,44}$/i;
const OTHER_WORDS =
  /(?:artikel|art\.|teil|bestell|typ|modell|serie|version|norm|raum|halle|gebäude|regal|position|auftrag|rechnung|projekt|nr\.|nummer|gruppe|klasse|code|material|produkt|ersatz|ventil|pumpe|motor|sensor|baureihe|din|iso|part|model|item|az\.|aktenzeichen)[:\s]{0,4}$/i;
/** Letters that stand in names of norms, laws and numbers: `EG-VO 1907`, `DIN-EN 60204`, `RE-NR 12`. */
const NO_SERIES = new Set(['VO', 'RL', 'EN', 'NR', 'AG', 'KG', 'SE', 'UG', 'EV']);

/** A plate whose digits (`count` of them) begin at `digits`. */
export function findPlate(scan: Scan, digits: number, count: number): number {
  if (count > 4 || scan.at(digits) === 48) return 0;
  let index = digits - 1;
  const spaceBeforeDigits = isBlank(scan.at(index)) || scan.at(index) === HYPHEN;
  const hyphenBeforeDigits = scan.at(index) === HYPHEN;
  if (spaceBeforeDigits) index--;
  const seriesEnd = index + 1;
  while (seriesEnd - index <= 3 && isCapital(scan.at(index))) index--;
  const series = scan.text.slice(index + 1, seriesEnd);
  if (series.length === 0 || series.length > 2) return 0;
  const mark = scan.at(index);
  if (mark !== HYPHEN && !isBlank(mark)) return 0;
  const districtEnd = index;
  index--;
  while (districtEnd - index <= 4 && isUpper(scan.at(index))) index--;
  const start = index + 1;
  const district = scan.text.slice(start, districtEnd);
  if (!PLATE_DISTRICTS.has(district) || isWordPart(scan.at(index)) || isJoint(scan.at(index))) return 0;
  let end = digits + count;
  const suffix = scan.at(end);
  if ((suffix === 69 || suffix === 72) && !isWordPart(scan.at(end + 1))) end++;
  else if (isBlank(suffix) && (scan.at(end + 1) === 69 || scan.at(end + 1) === 72) && endsThere(scan, end + 2))
    end += 2;
  const next = scan.at(end);
  if (isWordPart(next) || (isNumberJoint(next) && isWordPart(scan.at(end + 1)))) return 0;
  if (district.length + series.length + count > 8) return 0;
  const context = scan.before(start);
  if (PLATE_WORDS.test(context)) return scan.add('licence-plate', start, end, 'named', 'certain');
  const asPainted = mark === HYPHEN && !hyphenBeforeDigits && spaceBeforeDigits;
  if (!asPainted || NO_SERIES.has(series) || OTHER_WORDS.test(context) || series.length + count < 3) return 0;
  return scan.add('licence-plate', start, end, 'form', 'likely');
}

const isJoint = (code: number): boolean => code === HYPHEN || code === 47 || code === 46 || code === 95;
const isNumberJoint = (code: number): boolean => isJoint(code) || code === 44 || code === 58;

function endsThere(scan: Scan, index: number): boolean {
  const code = scan.at(index);
  return !isWordPart(code) && code !== HYPHEN && !(isBlank(code) && isDigit(scan.at(index + 1)));
}
