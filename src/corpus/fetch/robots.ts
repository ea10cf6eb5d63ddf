/** robots.txt as RFC 9309 reads it: groups, the longest matching rule, `*` and `$`. It fetches nothing. */

interface Rule {
  readonly allow: boolean;
  readonly pattern: string;
}

/** RFC 9309, 2.5: at least 500 KiB are read. */
export const ROBOTS_BYTES = 500 * 1024;

/** The answer for paths of a host, from the text of its robots.txt. `product`: our token, in lower case. */
export function robotsAllows(robots: string, product: string, pathAndQuery: string): boolean {
  if (pathAndQuery === '/robots.txt') return true;
  const rules = rulesFor(robots, product);
  // In a path `*` and `$` are plain letters; a pattern names them as %2A and %24 (2.2.3).
  const asked = normalised(pathAndQuery).replaceAll('*', '%2A').replaceAll('$', '%24');
  let best: Rule | undefined;
  for (const rule of rules) {
    if (!matches(rule.pattern, asked)) continue;
    const longer = best === undefined || rule.pattern.length > best.pattern.length;
    if (longer || (rule.pattern.length === best!.pattern.length && rule.allow)) best = rule;
  }
  return best?.allow ?? true;
}

/** All rules of the groups that name us, else those of the groups for `*`. */
function rulesFor(robots: string, product: string): Rule[] {
  const own: Rule[] = [];
  const general: Rule[] = [];
  let named = false;
  let agents: string[] = [];
  let inRules = false;
  for (const raw of robots.replace(/^\ufeff/, '').split(/\r\n?|\n/)) {
    const line = raw.split('#', 1)[0]!;
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const key = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (key === 'user-agent') {
      if (inRules) agents = [];
      inRules = false;
      agents.push(/^[a-z_-]*/i.exec(value)![0].toLowerCase() || value);
      if (agents.includes(product)) named = true;
    } else if (key === 'allow' || key === 'disallow') {
      inRules = true;
      if (value === '') continue;
      const rule = { allow: key === 'allow', pattern: normalised(value) };
      if (agents.includes(product)) own.push(rule);
      if (agents.includes('*')) general.push(rule);
    }
  }
  return named ? own : general;
}

/** Percent-encoding as in RFC 9309, 2.2.2: other than ASCII encoded, unreserved ASCII decoded, hex in capitals. */
function normalised(pathname: string): string {
  return pathname
    .toWellFormed()
    .replace(/[^\x21-\x7e]/gu, (letter) => encodeURIComponent(letter))
    .replace(/%([0-9a-fA-F]{2})/g, (whole, hex: string) => {
      const letter = String.fromCharCode(Number.parseInt(hex, 16));
      return /[A-Za-z0-9._~-]/.test(letter) ? letter : whole.toUpperCase();
    });
}

/** `*` is any run of characters, `$` at the end is the end. Linear in the product of both lengths, no backtracking. */
function matches(pattern: string, pathname: string): boolean {
  const anchored = pattern.endsWith('$');
  const parts = (anchored ? pattern.slice(0, -1) : pattern).replaceAll('$', '%24').split('*');
  if (!pathname.startsWith(parts[0]!)) return false;
  let at = parts[0]!.length;
  for (const [i, part] of parts.entries()) {
    if (i === 0) continue;
    const last = i === parts.length - 1;
    if (last && anchored) {
      return pathname.length - part.length >= at && pathname.endsWith(part);
    }
    const found = pathname.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return !anchored || at === pathname.length;
}
