/** E-mail addresses (RFC 5321 lengths) and IP addresses of both versions in text. It knows no other kind. */
import { DOT, HYPHEN, isDigit, isLetter, isWordPart, type Scan } from './scan.ts';

const isLocalPart = (code: number): boolean =>
  isWordPart(code) || code === DOT || code === HYPHEN || code === 95 || code === 43 || code === 37 || code === 38;

/** An address whose `@` stands at `at`, or one written with `(at)` or `[at]` where `width` is 4. */
export function findEmail(scan: Scan, at: number, width = 1): number {
  let start = at;
  if (width > 1 && scan.at(start - 1) === 32) start--;
  const localEnd = start;
  while (localEnd - start < 64 && isLocalPart(scan.at(start - 1))) start--;
  while (start < localEnd && !isWordPart(scan.at(start))) start++;
  if (start === localEnd || scan.at(localEnd - 1) === DOT) return 0;
  let index = at + width;
  if (width > 1 && scan.at(index) === 32) index++;
  const end = readDomain(scan, index);
  if (end === 0) return 0;
  return scan.add('email', start, end, width > 1 ? 'spelled-out' : 'form', width > 1 ? 'likely' : 'certain');
}

/** The end of a domain name with at least two labels, the last of letters alone, or 0. */
function readDomain(scan: Scan, start: number): number {
  let index = start;
  let labelStart = start;
  let end = 0;
  while (index - start < 254) {
    const code = scan.at(index);
    if (isWordPart(code) || (code === HYPHEN && index > labelStart)) {
      index++;
      continue;
    }
    if (labelStart > start && index - labelStart >= 2 && lettersOnly(scan, labelStart, index)) end = index;
    if (code !== DOT || index === labelStart || !isWordPart(scan.at(index + 1))) break;
    index++;
    labelStart = index;
  }
  return end;
}

function lettersOnly(scan: Scan, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isLetter(scan.at(i))) return false;
  return end - start <= 24;
}

const NETWORK_WORDS =
  /(?:\bip\b|ip-|ipv[46]|server|host|gateway|switch|drucker|printer|kamera|\bnas\b|laptop|rechner|\bpc\b|gerät|subnetz|\bw?lan\b|\bssh\b|\brdp\b|dns|client|netz|router|ping|zugriff|angriff|anfrage|login|remote|proxy|firewall|vpn|https?:\/\/|\[)[^\n]{0,24}$/i;
const NUMBERING_WORDS =
  /(?:version|\bv|\bver\.|release|firmware|build|\brev\.?|update|patch|abschnitt\w{0,3}|kapitel|ziffer|nr\.|nummern?|punkt|abs\.|§|anlage|oid|tabelle|abbildung|norm|teil|section|chapter|position|pos\.|konto|driver|treiber)\s{0,3}[:=]?\s{0,3}$/i;

/** IPv4 at the first digit of a run: four numbers up to 255; a numbering of sections or versions is none. */
export function findIpv4(scan: Scan, start: number): number {
  const before = scan.at(start - 1);
  if (isWordPart(before) || before === DOT || before === HYPHEN) return 0;
  const octets: number[] = [];
  let index = start;
  for (;;) {
    let value = 0;
    const from = index;
    while (index - from < 4 && isDigit(scan.at(index))) value = value * 10 + scan.at(index++) - 48;
    const width = index - from;
    if (width === 0 || width > 3 || value > 255 || (width > 1 && scan.at(from) === 48)) return 0;
    octets.push(value);
    if (octets.length === 4) break;
    if (scan.at(index) !== DOT) return 0;
    index++;
  }
  const next = scan.at(index);
  if (isWordPart(next) || (next === DOT && isDigit(scan.at(index + 1)))) return 0;
  if (octets[0] === 0 || octets[0] === 127 || octets[0]! >= 224) return 0; // No host of anybody.
  const context = scan.before(start);
  if (NUMBERING_WORDS.test(context)) return 0;
  const named = NETWORK_WORDS.test(context);
  if (!named && (octets.filter((octet) => octet >= 32).length < 2 || octets.every((octet) => octet < 100))) return 0;
  return scan.add('ip', start, index, 'version-4', named ? 'certain' : 'likely');
}

/** IPv6 around the first `:` at `colon`: eight groups, or fewer with one `::`, in the ranges that hosts have. */
export function findIpv6(scan: Scan, colon: number): number {
  let start = colon;
  while (colon - start < 5 && isHex(scan.at(start - 1))) start--;
  if (start === colon || colon - start > 4 || isWordPart(scan.at(start - 1)) || scan.at(start - 1) === 58) return 0;
  const first = scan.text.slice(start, colon).toLowerCase();
  let groups = 1;
  let gaps = 0;
  let index = colon;
  while (scan.at(index) === 58 && groups < 9) {
    index++;
    if (scan.at(index) === 58) {
      gaps++;
      index++;
    }
    const from = index;
    while (index - from < 5 && isHex(scan.at(index))) index++;
    if (index - from > 4) return 0;
    if (index === from) break;
    groups++;
  }
  const next = scan.at(index);
  if (isWordPart(next) || next === 58 || gaps > 1 || (gaps === 0 && groups !== 8) || groups > 8) return 0;
  if (gaps === 1 && !/^(?:[23][0-9a-f]{3}|f[cd][0-9a-f]{2}|fe[89ab][0-9a-f])$/.test(first)) return 0;
  return scan.add('ip', start, index, 'version-6', 'certain');
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}
