/**
 * Names of persons, by what stands before them: a title, a label, a greeting, a closing formula. A finding covers the
 * name alone, not `Frau` or `Dr.`. It knows given names and what no name is; it knows no list of surnames.
 */
import { DOUBTFUL_GIVEN, GIVEN_NAMES, NO_NAME } from './given-names.ts';
import { DOT, HYPHEN, isBlank, isLetter, isLower, isUpper, isWordPart, type Scan } from './scan.ts';

interface NameParts {
  readonly words: readonly string[];
  readonly start: number;
  readonly end: number;
}

const FIRST_PARTICLES = new Set('von van de vom del della di da dos la le ten ter al el bin af av'.split(' '));
/** `der` and `zu` belong to a name only after `von` and the like. */
const SECOND_PARTICLES = new Set(['der', 'den', 'dem', 'zu', 'und', 'zur', 'zum', 'het']);
const LEADING = new Set(['von', 'van', 'auf', 'de', 'und']);
const NOUN_ENDING =
  /(?:\p{L}{5}ung(?:en)?|heit(?:en)?|keit(?:en)?|schaft(?:en)?|tion(?:en)?|ität(?:en)?|nummer|straße|strasse|platz|gasse|allee|stelle|bereich|leitung|abteilung|partner|gesetz|ordnung|vertrag|konto|beauftragte[rn]?|gruppe|haus|halle|schule|gymnasium|institut|preis|werke?|system|server|systeme|technik|logistik|bau|handel|service|software|verlag|bank|verein|zentrum|amt|(?:institut|haus|werk|gesetz)e?s|freunde|kolleg(?:en|innen)|gemeinde|gäste|mitglieder|leser|nutzer|kunden)$/u;
const ROLE =
  /^(?:(?:\p{L}{0,20}(?:präsident|minister|kanzler|meister|direktor|sekretär|inspektor|senator|vorsitzende|beauftragte|richter|anwalt|anwält|notar|leiter|führer|pfarrer|rektor|dekan|professor|doktor|konsul|botschafter|abgeordnete|staatsanwalt|oberst|major|kollege|kollegi|dozent|lehrer|ärzt|arzt|schwester|pastor|apotheker|ingenieur|verwalter|referent|berater|vorstand|chef|rat|rät))(?:in|inn|en|r|s|n)?)$/iu;
const ACADEMIC =
  /^(?:(?:Dr\.|Prof\.|Dipl\.?-?[A-Z][a-z]{0,6}\.?(?: \([A-Z]{2}\))?|Dipl\.|Mag\.|Ing\.|PD|med\.|jur\.|iur\.|rer\.|nat\.|phil\.|pol\.|oec\.|dent\.|vet\.|habil\.|h\. ?c\.|hc\.|mult\.|theol\.|agr\.|e\. ?h\.|M\.A\.|B\.A\.|Professor(?:in)?|Doktor|Dr|Prof|RA|RAin|StB|WP)(?:-Ing\.)?[ \u00a0])/;
const COMPANY_AFTER =
  /^(?:,? ?(?:GmbH|mbH|AG|KGaA|KG|OHG|oHG|UG|GbR|SE|eG|e\. ?V\.|e\. ?K\.|Ltd|Inc|LLC|PartG|Co\.|S\.A|B\.V)(?![a-zäöü])| ?(?:&|\+) (?:Co|Partner|Söhne|Sohn|Cie|Kollegen|[A-ZÄÖÜ])| und (?:Partner|Söhne|Sohn|Kollegen|Co)\b|-(?:Gruppe|Werke?|Stiftung|Straße|Platz|Haus|Schule|Gymnasium|Institut|Preis|Halle|Weg|Allee|Ring))/;

/** Reads a name from `start`: initials, particles and up to four capitalised words. */
function readName(scan: Scan, start: number): NameParts | undefined {
  const words: string[] = [];
  let index = start;
  let end = start;
  let pieces = 0;
  let before = '';
  while (pieces++ < 7 && words.length < 4) {
    const code = scan.at(index);
    if (isUpper(code) && scan.at(index + 1) === DOT) {
      index = initialsEnd(scan, index);
    } else if (isUpper(code)) {
      const wordEnd = nameWordEnd(scan, index);
      const word = scan.text.slice(index, wordEnd);
      if (!isNameWord(word) || endsBadly(scan, wordEnd)) break;
      words.push(word);
      before = '';
      index = wordEnd;
      end = wordEnd;
    } else if (isLower(code)) {
      let wordEnd = index;
      while (wordEnd - index < 6 && isLower(scan.at(wordEnd))) wordEnd++;
      const particle = scan.text.slice(index, wordEnd);
      const allowed =
        before === ''
          ? FIRST_PARTICLES
          : SECOND_PARTICLES.has(particle) && LEADING.has(before)
            ? SECOND_PARTICLES
            : FIRST_PARTICLES;
      if (!allowed.has(particle)) break;
      before = particle;
      index = wordEnd;
    } else break;
    if (scan.at(index) !== 32 && scan.at(index) !== 0xa0) break;
    index++;
  }
  return words.length === 0 ? undefined : { words, start, end };
}

function initialsEnd(scan: Scan, start: number): number {
  let end = start + 2;
  if (scan.at(end) === HYPHEN && isUpper(scan.at(end + 1)) && scan.at(end + 2) === DOT) end += 3;
  return end;
}

function nameWordEnd(scan: Scan, start: number): number {
  let end = start + 1;
  while (end - start < 36) {
    const code = scan.at(end);
    const joint = code === HYPHEN || code === 39 || code === 0x2019;
    if (!isLetter(code) && !(joint && isUpper(scan.at(end + 1)))) break;
    end++;
  }
  return end;
}

function isNameWord(word: string): boolean {
  if (word.length < 2 || NO_NAME.has(word)) return false;
  const upper = word.toUpperCase() === word;
  if (upper && (word.length < 4 || NO_NAME.has(word.charAt(0) + word.slice(1).toLowerCase()))) return false;
  if (/[a-zäöü][A-Z]/.test(word) && !/^(?:Mc|Mac|De|Di|O’|Le|La)/.test(word)) return false;
  return (
    word.split('-').every((part) => part !== '' && !(part.length > 4 && NOUN_ENDING.test(part.toLowerCase()))) &&
    !ROLE.test(word)
  );
}

/** A word that goes on as an address, a number or another compound is no name. */
function endsBadly(scan: Scan, end: number): boolean {
  const code = scan.at(end);
  const next = scan.at(end + 1);
  if (code === HYPHEN) return true;
  if (code === DOT || code === 39) return isWordPart(next);
  return isWordPart(code) || code === 64 || code === 95 || code === 47;
}

const isGiven = (word: string): boolean => GIVEN_NAMES.has(word) || GIVEN_NAMES.has(word.split('-')[0]!);

/** After titles and functions (`Dr. med.`, `Direktorin`), where the name itself begins. */
function skipTitles(scan: Scan, start: number): number {
  let index = start;
  for (let i = 0; i < 6; i++) {
    const text = scan.after(index, 40);
    const academic = ACADEMIC.exec(text);
    if (academic !== null) {
      index += academic[0].length;
      continue;
    }
    const word = /^\p{Lu}[\p{L}-]{2,30} (?=\p{Lu}|von |van |de )/u.exec(text);
    if (word === null || !ROLE.test(word[0].trim())) break;
    index += word[0].length;
  }
  return index;
}

const isCompany = (scan: Scan, end: number): boolean => COMPANY_AFTER.test(scan.after(end, 16));

/** `der Familie Rücksicht`: after these, what follows `Familie` is no name. */
const NO_FAMILY = /(?:der|ihrer|seiner|einer|jeder|meiner|unserer|eigenen|ganzen|keiner)\s$/i;

/** A name after `Familie`, whose word lies between the two places. */
export function nameOfFamily(scan: Scan, wordStart: number, wordEnd: number): number {
  if (NO_FAMILY.test(scan.before(wordStart, 10))) return 0;
  return nameAfterTitle(scan, wordEnd, 'title');
}

/** A name after `Herr`, `Frau`, `Dr.` …, whose word ends at `wordEnd`. */
export function nameAfterTitle(scan: Scan, wordEnd: number, rule: string): number {
  const ownLine = scan.at(wordEnd) === 10 && /(?:^|\n)(?:Herrn?|Frau)$/.test(scan.before(wordEnd, 6)); // As on envelopes.
  if (!ownLine && !isBlank(scan.at(wordEnd))) return 0;
  const start = skipTitles(scan, wordEnd + 1);
  const name = readName(scan, start);
  if (name === undefined || isCompany(scan, name.end)) return 0;
  let end = name.end;
  if (name.words.length > 2 && !isGiven(name.words[0]!)) end = endOfWord(scan, name, 2);
  scan.add('name', start, end, rule, 'certain');
  const second = /^ und (?:(?:Herrn?|Frau|Dr\.) )?/.exec(scan.after(end, 16));
  if (rule === 'plural' && second !== null) return nameAfterTitle(scan, end + second[0].length - 1, 'title');
  return end;
}

function endOfWord(scan: Scan, name: NameParts, count: number): number {
  let end = name.start;
  for (let i = 0; i < count; i++) end = scan.text.indexOf(name.words[i]!, end) + name.words[i]!.length;
  return end;
}

const LINK =
  /^(?:\/?-?in(?:nen)?|[:*_]in(?:nen)?|\(in\)|n|s|r)?(?: \([^()\n]{1,24}\))?(?: (?:ist|war|wird|heißt|lautet|bleibt|is|was)(?: (?:ab sofort|nun|weiterhin|künftig))? |[ \u00a0]?[:=][ \u00a0\t]{0,4}| [–-] | ?\| ?|\t|[ \u00a0]|\n)/;
/** `Name des Kindes:`: a person's, whatever the label. */
const OWNER =
  /^ (?:des|der|Ihres|Ihrer|meines|unseres) (?:\p{L}{0,16}(?:kind(?:es)?|mitarbeiters?|mitarbeiterin|patient(?:en|in)|versicherten|halters|inhabers|antragstellers|mutter|vaters|schülers?|bewerbers|teilnehmers|person|mieters|fahrers|eltern|ehegatten|partners)): {0,3}/iu;
const LINK_WITH_SIGN = /[:=|\t–-]/;
const LINK_WITH_VERB = / (?:ist|war|wird|heißt|lautet|bleibt|is|was) /;

/**
 * A name after a label such as `Ansprechpartner`. `person`: the label speaks of persons alone, so unknown given names
 * count too; else (`Kunde`, `Von`) the first word has to be a known given name. `loose`: the name may follow at once.
 */
export function nameAfterLabel(scan: Scan, wordEnd: number, person: boolean, loose = person): number {
  const owner = OWNER.exec(scan.after(wordEnd, 48));
  if (owner !== null) return nameInList(scan, wordEnd + owner[0].length, true, true, 0);
  const link = LINK.exec(scan.after(wordEnd, 48));
  if (link === null) return 0;
  const said = LINK_WITH_VERB.test(link[0]);
  const cell = /[|\t]/.test(link[0]);
  const signed = said || cell || LINK_WITH_SIGN.test(link[0].replace(/^\/?-?in|\([^)]*\)/, ''));
  const from = wordEnd + link[0].length;
  const found = nameInList(scan, from, person && signed && !said && !cell, signed, 0);
  return found > 0 || (signed && !said) || !loose || link[0].includes('\n') ? found : nameInApposition(scan, from);
}

/** The name of who did something, after `gemeldet von:`, whose colon ends at `colonEnd`. */
export function nameAfterColon(scan: Scan, colonEnd: number): number {
  const start = scan.skipBlanks(colonEnd);
  return start === colonEnd ? 0 : nameInList(scan, start, true, true, 0);
}

/** One name and, where commas or `und` follow, those after it. */
function nameInList(scan: Scan, from: number, person: boolean, signed: boolean, depth: number): number {
  const titled = /^(?:Herrn?|Frau|Mr\.?|Mrs\.?|Ms\.?) /.exec(scan.after(from, 8));
  if (titled !== null) return 0; // The title's own rule finds it.
  const start = skipTitles(scan, from);
  const name = readName(scan, start);
  if (name === undefined) return 0;
  const swapped = swappedEnd(scan, name);
  const end = swapped > 0 ? swapped : name.end;
  const given = swapped > 0 || (isGiven(name.words[0]!) && name.words.length > 1);
  const addressed = /^ ?[<[(](?:mailto:)?[\w.+-]{1,40}@/.test(scan.after(name.end, 48));
  const enough =
    given || (signed && addressed) || (person && (name.words.length > 1 || (depth === 0 && standsAlone(scan, end))));
  if (!enough || isCompany(scan, end) || companyOnLine(scan, end)) return 0;
  scan.add('name', start, end, 'label', given || person ? 'certain' : 'likely');
  if (depth >= 40 || !signed) return end;
  const next = /^(?: ?\([^()\n]{1,30}\))?(?:, ?|; ?| und | sowie | & | \/ )/.exec(scan.after(end, 40));
  return next === null ? end : nameInList(scan, end + next[0].length, person, signed, depth + 1) || end;
}

/** The end of `Nachname, Vorname`, or 0. */
function swappedEnd(scan: Scan, name: NameParts): number {
  if (name.words.length > 2 || scan.at(name.end) !== 44 || scan.at(name.end + 1) !== 32) return 0;
  const second = readName(scan, name.end + 2);
  if (second === undefined || !isGiven(second.words[0]!) || second.words.length > 2) return 0;
  if (isGiven(name.words[0]!) && name.words.length > 1) return 0; // A list of whole names.
  return second.words.every(isGiven) ? second.end : 0;
}

/** `der Kläger Kaan Voss, geboren …`: two or three words that could be a name and a sentence that goes on. */
export function nameInApposition(scan: Scan, start: number): number {
  const name = isUpper(scan.at(start)) ? readName(scan, start) : undefined;
  if (name === undefined || name.words.length < 2 || name.words.length > 3 || isCompany(scan, name.end)) return 0;
  if (/ (?:dem|den) /.test(scan.text.slice(start, name.end))) return 0; // `der Geschädigte Ersatz von dem Pächter`
  if (!/^(?:,? (?=[a-zäöü(])|[,.;)\n]|$)/.test(scan.after(name.end, 4)) || companyOnLine(scan, name.end)) return 0;
  return scan.add('name', start, name.end, 'apposition', 'likely');
}

const INSTITUTION =
  /^[ -](?:Universität|Hochschule|Schule|Gymnasium|Realschule|Grundschule|Gesamtschule|Platz|Straße|Str\.|Allee|Weg|Ring|Stiftung|Institut|Haus|Halle|Preis|Klinik|Klinikum|Krankenhaus|Verlag|Stadion|Park|Museum|Brücke|Kaserne|Turnier|Cup|Theater|Archiv|Gesellschaft|Akademie|Center|Kirche|Gemeinde)|^ (?:von |van |de )?\p{Lu}\p{L}*-/u;

/** A known given name at `start` and what looks like a surname behind it, with nothing before that says so. */
export function bareName(scan: Scan, start: number, wordEnd: number): number {
  const given = scan.text.slice(start, wordEnd);
  if (!GIVEN_NAMES.has(given) || DOUBTFUL_GIVEN.has(given)) return 0;
  const name = readName(scan, start);
  if (name === undefined || name.words.length < 2) return 0;
  if (isCompany(scan, name.end) || companyOnLine(scan, name.end) || INSTITUTION.test(scan.after(name.end, 16)))
    return 0;
  if (
    /(?:[-/"„»“]|\b(?:Stadt|Marke|Firma|Modell|Serie|Film|Kirche|Insel|Schiff|Gebr\.|Gebrüder) )$/.test(
      scan.before(start, 10),
    )
  )
    return 0;
  return scan.add('name', start, name.end, 'given-and-surname', 'likely');
}

function standsAlone(scan: Scan, end: number): boolean {
  return /^(?:$|[ \t]*(?:[\n|)(]|\.?(?:\n|$)))/.test(scan.after(end, 6));
}

function companyOnLine(scan: Scan, end: number): boolean {
  return /^[^\n,;|:.]{0,24}\b(?:GmbH|AG|KG|OHG|UG|e\.V\.|mbH|Ltd|SE)\b/.test(scan.after(end, 30));
}

/** Name parts on their own after `Vorname`, `Nachname` …: any capitalised words. */
export function namePart(scan: Scan, wordEnd: number): number {
  const link = /^(?:\(n\)|n|s)?[ \u00a0]?[:=|\t][ \u00a0\t|]{0,6}/.exec(scan.after(wordEnd, 16));
  if (link === null) return 0;
  const start = skipTitles(scan, wordEnd + link[0].length);
  const name = readName(scan, start);
  if (name === undefined || isCompany(scan, name.end)) return 0;
  if (/[|\t]/.test(link[0]) && !/^[ \t|]*(?:\n|$)/.test(scan.after(name.end, 6))) return 0; // A line of headings.
  return scan.add('name', start, name.end, 'part', 'certain');
}

/** The name in `Hallo Petra,` or `Liebe Frau …`, whose word of greeting ends at `wordEnd`. */
export function nameAfterGreeting(scan: Scan, wordEnd: number): number {
  if (scan.at(wordEnd) !== 32) return 0;
  const start = skipTitles(scan, wordEnd + 1);
  const name = isUpper(scan.at(start)) ? readName(scan, start) : undefined;
  if (name === undefined) return 0;
  const given = isGiven(name.words[0]!);
  if (!given && (name.words.length > 3 || !/^[,!](?:[ \t]*\n| lieber? )/.test(scan.after(name.end, 8)))) return 0;
  const tail = /^(?:[ \t]*(?:[,!\n–-]|$)| und (?=\p{Lu}))/u.exec(scan.after(name.end, 8));
  if (tail === null || isCompany(scan, name.end)) return 0;
  scan.add('name', start, name.end, 'greeting', given ? 'certain' : 'likely');
  if (!tail[0].startsWith(' und')) return name.end;
  const second = readName(scan, name.end + 5);
  if (second === undefined || !isGiven(second.words[0]!)) return name.end;
  return scan.add('name', second.start, second.end, 'greeting', 'certain');
}

const SIGNED_FOR = /^(?:i\. ?[AV]\.|ppa\.?|gez\.|p\. ?p\.|In Vertretung|Im Auftrag|Ihre?|Eure?|Deine?) {0,3}/;

/** The name below a closing formula that ends at `closeEnd`: a line of its own among the next ones. */
export function nameInSignature(scan: Scan, closeEnd: number): number {
  let index = closeEnd;
  const rest = /^[^\n]{0,40}/.exec(scan.after(index, 41))![0];
  const sameLine = /^(?:,? (?:aus \p{Lu}\p{L}+,? ?)?)(?=\p{Lu})/u.exec(rest);
  if (sameLine !== null) {
    const found = signatureLine(scan, index + sameLine[0].length);
    if (found > 0) return found;
  }
  index += rest.length;
  let empty = true;
  for (let line = 0; line < 6 && scan.at(index) === 10; line++) {
    index = scan.skipBlanks(index + 1);
    const signedFor = SIGNED_FOR.exec(scan.after(index, 20));
    const found = signatureLine(scan, index + (signedFor?.[0].length ?? 0), empty);
    if (found > 0) return found;
    if (scan.at(index) !== 10) empty = false;
    let width = 0;
    while (width < 120 && scan.at(index) !== 10 && index < scan.text.length) {
      index++;
      width++;
    }
  }
  return 0;
}

/** A name that fills its line, up to a comma, a bar or a bracket. */
function signatureLine(scan: Scan, from: number, first = false): number {
  const start = skipTitles(scan, from);
  const name = readName(scan, start);
  if (name === undefined || isCompany(scan, name.end) || companyOnLine(scan, name.end)) return 0;
  const and = /^ und (?=\p{Lu}\p{L}{1,14}[ \t]*(?:\n|$))/u.exec(scan.after(name.end, 24));
  if (and === null && !/^(?:$|[ \t]*(?:\r?\n|$|[,|(–/]|- ))/.test(scan.after(name.end, 6))) return 0;
  const bare =
    name.words.length < 2 && !isGiven(name.words[0]!) && start === from && name.end - start === name.words[0]!.length;
  if (bare && !first && !/(?:gez\.|i\. ?[AV]\.|ppa\.?|Ihre?) {0,3}$/.test(scan.before(from, 8))) return 0;
  if (and !== null) {
    const second = readName(scan, name.end + 5);
    if (second !== undefined) scan.add('name', second.start, second.end, 'signature', 'likely');
  }
  return scan.add('name', start, name.end, 'signature', 'certain');
}

/** The name right after `gez.`, `i. A.`, `ppa.` … that ends at `wordEnd`, with nothing but a line's end behind it. */
export function nameAfterSigned(scan: Scan, wordEnd: number): number {
  return signatureLine(scan, scan.skipBlanks(wordEnd));
}

/** The birth name in `geb. Klein`, whose word ends at `wordEnd`. */
export function birthName(scan: Scan, wordEnd: number): number {
  if (scan.at(wordEnd) !== 32) return 0;
  const name = readName(scan, wordEnd + 1);
  if (name === undefined || name.words.length !== 1 || isGiven(name.words[0]!)) return 0;
  const before = /(\p{Lu}[\p{L}-]+) (?:\p{Lu}[\p{L}-]+ ?){1,2},? ?\(?$/u.exec(scan.before(wordEnd - 4, 56));
  if (before === null || !isGiven(before[1]!)) return 0;
  return scan.add('name', wordEnd + 1, name.end, 'birth-name', 'likely');
}

/** Whether the whole of a table cell is a person's name; `parts`: a given name or surname alone counts. */
export function nameInCell(scan: Scan, cellStart: number, cellEnd: number, parts: boolean, person: boolean): number {
  const from = skipTitles(scan, cellStart + (/^(?:Herrn?|Frau) /.exec(scan.after(cellStart, 6))?.[0].length ?? 0));
  const name = readName(scan, from);
  if (name === undefined || isCompany(scan, name.end)) return 0;
  const end = swappedEnd(scan, name) || name.end;
  if (end !== cellEnd) return 0;
  if (!parts && name.words.length < 2 && end === name.end) return 0;
  if (!parts && !person && end === name.end && !isGiven(name.words[0]!)) return 0;
  return scan.add('name', from, end, 'column', 'certain');
}
