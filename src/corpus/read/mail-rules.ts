/**
 * What a mail repeats rather than says: quoted mail before it and signatures, in the forms of German and English mail
 * programs. Each rule is named in the ledger. It knows no MIME.
 */
import type { LetterLedger, PageNode } from '../text/index.ts';
import { plainSkipRule } from '../text/index.ts';

/** "Am 3. Mai 2024 um 10:11 schrieb Name <…>:" and "On …, … wrote:", also over two lines. */
const ATTRIBUTION =
  /^(?:>?\s*)(?:Am|On|Le|Den|Zitat von|Quoting)\b.{4,200}?(?:schrieb|wrote|geschrieben|a écrit)\b.{0,120}:\s*$|^Zitat von .{2,160}:\s*$/i;
/** "-----Ursprüngliche Nachricht-----" and its kin: what follows is the older mail. */
const ORIGINAL =
  /^\s*[-_*]{2,}\s*(?:Urspr(?:ü|ue)ngliche (?:Nachricht|E-?Mail)|Original(?:nachricht| Message| Email| Appointment))\s*[-_*]{2,}\s*$/i;
const HEADER_LINE = /^\s*\**(?:Von|Gesendet|Datum|An|Cc|Betreff|From|Sent|Date|To|Subject)\**\s?:\**\s+\S/i;
const FORWARD = /^\s*[-_]{2,}\s*(?:Weitergeleitete Nachricht|Forwarded message)/i;

const SIGNATURE_MARK = /^--\s?$/;
const SENT_FROM =
  /^\s*(?:Von meinem .{2,40} gesendet|Gesendet (?:von|mit|über) .{2,60}|Sent from (?:my|Mail|Outlook|Yahoo).{0,60}|Get Outlook for .{2,40}|Diese Nachricht wurde von meinem .{2,60} gesendet)\.?\s*$/i;
const CLOSING =
  /^\s*(?:(?:mit |viele |beste |liebe |herzliche |freundliche |schöne |sonnige )+(?:freundlichen? |besten? |herzlichen? |kollegialen? |lieben? |vielen? )*(?:Grüßen?|Gruß|Grüssen?|Gruss|Gruessen?|Empfehlungen)(?: (?:aus|nach|von|vom|und|an|in|sendet) .{2,40})?|MfG|VG|LG|BG|Hochachtungsvoll|(?:kind|best|warm) regards|regards|yours (?:sincerely|faithfully)|sincerely(?: yours)?|best wishes|cheers)\s*[,.!]?\s*$/i;
const DISCLAIMER =
  /^\s*(?:Diese E-?Mail (?:und|enthält|kann)|Der Inhalt dieser E-?Mail|This (?:e-?mail|message)(?: and any| is| may| contains)|The information (?:contained )?in this (?:e-?mail|message)|CONFIDENTIALITY NOTICE|Vertraulichkeitshinweis)/i;

/** A closing formula is short; the expression is only asked of lines as short. */
const LONGEST_CLOSING = 100;
/** Most lines after a closing formula that are taken for name, function and address. */
const SIGNATURE_LINES = 25;

/** The mail's own words: `quote`, `signature` and `disclaimer` are booked as they go. */
export function ownWords(source: string, ledger: LetterLedger): string {
  const lines = source.replace(/\r\n?/g, '\n').split('\n');
  const unquoted = withoutQuotes(lines, ledger);
  return withoutSignature(unquoted, ledger).join('\n');
}

function withoutQuotes(lines: readonly string[], ledger: LetterLedger): string[] {
  const kept: string[] = [];
  let forwarded = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (FORWARD.test(line)) forwarded = true; // A forwarded mail is what this mail is about.
    const rest = () => {
      ledger.remove('quote', lines.slice(i).join('\n'));
      return trimmedEnd(kept);
    };
    if (ORIGINAL.test(line) || (!forwarded && headersAt(lines, i)))
      return kept.some(hasLetter) ? rest() : kept.concat(lines.slice(i));
    const broken = `${line} ${lines[i + 1] ?? ''}`;
    const attribution = ATTRIBUTION.test(line) ? 1 : !/:\s*$/.test(line) && ATTRIBUTION.test(broken) ? 2 : 0;
    if (attribution > 0 && quoteFollows(lines, i + attribution)) {
      ledger.remove('quote', lines.slice(i, i + attribution).join('\n'));
      i += attribution - 1;
    } else if (/^\s?>/.test(line)) ledger.remove('quote', line);
    else kept.push(line);
  }
  return kept;
}

const hasLetter = (line: string) => /\p{L}/u.test(line);

/** The next line with text is a quoted one. */
function quoteFollows(lines: readonly string[], from: number): boolean {
  const next = lines.slice(from, from + 4).find((line) => line.trim() !== '');
  return next === undefined || /^\s?>/.test(next);
}

/** Three header lines of another mail within five lines, the first of them here. */
function headersAt(lines: readonly string[], at: number): boolean {
  if (!/^\s*\**(?:Von|From)\**\s?:/i.test(lines[at]!)) return false;
  return lines.slice(at, at + 6).filter((line) => HEADER_LINE.test(line)).length >= 3;
}

function withoutSignature(lines: readonly string[], ledger: LetterLedger): string[] {
  let end = lines.length;
  const cut = (at: number, rule: string) => {
    ledger.remove(rule, lines.slice(at, end).join('\n'));
    end = at;
  };
  const mark = lines.findLastIndex((line) => SIGNATURE_MARK.test(line));
  if (mark > 0 && lines.slice(0, mark).some(hasLetter)) cut(mark, 'signature');
  const disclaimer = lines.slice(0, end).findIndex((line) => DISCLAIMER.test(line));
  if (disclaimer > 0 && disclaimer > 0.3 * end) cut(disclaimer, 'disclaimer');
  const sentFrom = lines.slice(0, end).findLastIndex((line) => SENT_FROM.test(line));
  if (sentFrom > 0 && !lines.slice(sentFrom + 1, end).some(hasLetter)) cut(sentFrom, 'signature');
  const closing = lines.slice(0, end).findLastIndex((line) => line.length <= LONGEST_CLOSING && CLOSING.test(line));
  const after = lines.slice(closing + 1, end);
  // Long lines behind the closing are a postscript, not an address.
  const isAddress =
    after.length <= SIGNATURE_LINES &&
    after.every((line) => line.length <= 90 && !/^\s*PS\b|^\s*P\.\s?S\./i.test(line));
  if (closing >= 0 && isAddress) cut(closing + 1, 'signature');
  return trimmedEnd(lines.slice(0, end));
}

function trimmedEnd(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return lines.slice(0, last + 1);
}

/** Quoted mail in HTML mail: the marks of Gmail, Thunderbird, Apple Mail, Outlook and Yahoo. */
export function mailSkipRule(node: PageNode): string | undefined {
  const attribute = (name: string) => node.getAttribute?.(name) ?? '';
  const isQuote =
    (node.nodeName.toUpperCase() === 'BLOCKQUOTE' && attribute('type').toLowerCase() === 'cite') ||
    /\b(?:gmail_quote|gmail_extra|moz-cite-prefix|yahoo_quoted|protonmail_quote)\b/.test(attribute('class')) ||
    /^(?:divRplyFwdMsg|appendonsend)$/.test(attribute('id'));
  if (isQuote) return 'quote';
  const isSignature = /\b(?:gmail_signature|moz-signature)\b/.test(attribute('class'));
  return isSignature ? 'signature' : plainSkipRule(node);
}
