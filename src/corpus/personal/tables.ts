/**
 * Tables in plain text: rows of cells parted by bars, tabs or semicolons under a line of headings. A heading explains
 * the numbers below it as the words before a number do in prose. It knows which headings speak of persons.
 */
import { dateEnd } from './birth-dates.ts';
import { nameInCell } from './names.ts';
import type { Scan } from './scan.ts';

const HEADING =
  /^(?:name|vor- und nachname|vorname|nachname|familienname|mitarbeiter|ansprechpartner|kontakt|kontaktperson|teilnehmer|beschäftigte|bearbeiter|sachbearbeiter|inhaber|versicherte|patient|bewerber|mieter|halter|fahrer|mitglied|kunde|empfänger|kontoinhaber|geb|birth|telefon|tel\b|mobil|handy|fax|phone|kennzeichen|kfz|pkw|fahrzeug|steuer|idnr|kvnr|kv-|krankenvers|versicherten|sv-|rv-|sozialvers|rentenvers|versicherungsn|vers\.|ausweis|karte|kreditkarte|iban|ust|ip\b|ip-|adresse|anschrift|straße|wohnort|contact|employee|date of birth)/i;
const NAME_HEADING =
  /^(?:(?:vor- und nach)?name|mitarbeiter|ansprechpartner|kontakt|teilnehmer|beschäftigte|bearbeiter|sachbearbeiter|inhaber|versicherte|patient|bewerber|mieter|halter|fahrer|mitglied|kunde|empfänger|contact|employee)(?:in|\/in|person|\(in\)|inhaber|r|s)?\b/i;
const PERSON_HEADING =
  /^(?:vor- und nachname|mitarbeiter|ansprechpartner|kontaktperson|teilnehmer|beschäftigte|bearbeiter|sachbearbeiter|versicherte|patient|bewerber|mieter|fahrer|employee)/i;
/** Headings of what only persons have; beside them a column `Name` holds persons. */
const TELLING_HEADING =
  /^(?:geb|date of birth|birth|kvnr|sv-|rv-|sozialvers|rentenvers|krankenvers|ausweis|kennzeichen|steuer-?id|idnr|unterschrift|mobil|handy|personalnummer)/i;
const PART_HEADING = /^(?:vorname|nachname|familienname|first name|last name|surname)\b/i;
const BIRTH_HEADING = /^(?:geb|date of birth|birth)/i;

export interface LabelledCell {
  readonly start: number;
  readonly end: number;
  readonly heading: string;
}

/** Cells under a heading that speaks of persons, in the order of the text. Names and birth dates are found at once. */
export function readTables(scan: Scan): LabelledCell[] {
  const cells: LabelledCell[] = [];
  const { text } = scan;
  if (!/[|\t;]/.test(text)) return cells;
  let headings: string[] = [];
  let mark = '';
  const next = new Map([...MARKS].map((one) => [one, -1]));
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const used = separatorOf(text, start, end, next);
    if (used === '') headings = [];
    else {
      const row = splitRow(text, start, end, used);
      const own = row.map((cell) => text.slice(cell.start, Math.min(cell.end, cell.start + 40)));
      scan.steps += end - start;
      if (used === mark && headings.length === row.length) labelRow(scan, row, headings, cells);
      if (own.length > 1 && own.some((cell) => HEADING.test(cell)) && !own.some((cell) => /\d{2}/.test(cell))) {
        headings = own;
        mark = used;
      } else if (used !== mark || headings.length !== row.length) headings = [];
    }
    start = end + 1;
  }
  return cells;
}

const MARKS = '|\t;';

/** The character that parts a line into cells, or ''. `next` remembers where each stands next, so no search repeats. */
function separatorOf(text: string, start: number, end: number, next: Map<string, number>): string {
  for (const mark of MARKS) {
    let place = next.get(mark)!;
    if (place < start) {
      place = text.indexOf(mark, start);
      if (place < 0) place = Number.POSITIVE_INFINITY;
      next.set(mark, place);
    }
    if (place < end) return mark;
  }
  return '';
}

function splitRow(text: string, start: number, end: number, mark: string): { start: number; end: number }[] {
  const cells: { start: number; end: number }[] = [];
  let from = start;
  for (let i = start; i <= end && cells.length < 64; i++) {
    if (i < end && text[i] !== mark) continue;
    let left = from;
    let right = i;
    while (left < right && /\s/.test(text[left]!)) left++;
    while (right > left && /\s/.test(text[right - 1]!)) right--;
    if (mark !== '|' || right > left || (i < end && from > start)) cells.push({ start: left, end: right });
    from = i + 1;
  }
  return cells;
}

function labelRow(
  scan: Scan,
  row: readonly { start: number; end: number }[],
  headings: readonly string[],
  cells: LabelledCell[],
): void {
  const persons = headings.some((heading) => TELLING_HEADING.test(heading));
  for (const [i, cell] of row.entries()) {
    const heading = headings[i]!;
    if (cell.end === cell.start || cell.end - cell.start > 120 || !HEADING.test(heading)) continue;
    cells.push({ ...cell, heading });
    const parts = PART_HEADING.test(heading);
    if (parts || NAME_HEADING.test(heading)) {
      nameInCell(scan, cell.start, cell.end, parts, persons || PERSON_HEADING.test(heading));
    } else if (BIRTH_HEADING.test(heading) && dateEnd(scan, cell.start) === cell.end) {
      scan.add('birth-date', cell.start, cell.end, 'column', 'certain');
    }
  }
}
