/**
 * The block of keys between `---` lines at the start of a Markdown file. Read are its title, dates and language; it is
 * no YAML reader: lists and nested keys are passed over.
 */

/** What a document says about itself. */
export interface FrontMatter {
  readonly title?: string;
  /** ISO 639-1. */
  readonly language?: string;
  readonly dates?: { readonly created?: string; readonly modified?: string };
}

export interface SplitSource {
  readonly body: string;
  /** The block with its marks, empty where there is none. */
  readonly head: string;
  readonly facts: FrontMatter;
}

/** Divides a source with `\n` lines; two rules with text between them are no block of keys. */
export function splitFrontMatter(source: string): SplitSource {
  const whole = source.replace(/^\ufeff/, '');
  const end = whole.startsWith('---\n') ? whole.indexOf('\n---', 3) : -1;
  const after = end === -1 ? '' : whole.slice(end + 4);
  const none = { body: whole, head: '', facts: {} };
  if (end === -1 || !/^[ \t]*(?:\n|$)/.test(after)) return none;
  const head = whole.slice(4, end + 1);
  if (!/^[\w.-]+[ \t]*:/m.test(head)) return none;
  return { body: after, head, facts: factsOf(head) };
}

function factsOf(head: string): FrontMatter {
  const title = keyValue(head, 'title');
  const language = /^[a-z]{2}(?=$|[-_])/i.exec(keyValue(head, 'lang(?:uage)?|sprache|locale') ?? '')?.[0].toLowerCase();
  const created = isoDate(keyValue(head, 'date|created|created_at|datum|erstellt'));
  const modified = isoDate(keyValue(head, 'ms\\.date|modified|updated|lastmod|last_modified|geändert|stand'));
  const dates = { ...(created ? { created } : {}), ...(modified ? { modified } : {}) };
  return {
    ...(title ? { title } : {}),
    ...(language ? { language } : {}),
    ...(created || modified ? { dates } : {}),
  };
}

/** The value of a key with its continuation lines, quotes taken off; keys in any case. */
function keyValue(head: string, key: string): string | undefined {
  return new RegExp(`^(?:${key}):[ \\t]*(.*(?:\\n[ \\t]+\\S.*)*)`, 'im')
    .exec(head)?.[1]
    ?.replace(/\s*\n\s*/g, ' ')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
}

/** `2024-03-12`, `12.03.2024`, `03/12/2024` and ISO times as an ISO date; undefined for anything else. */
export function isoDate(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ])/.exec(value);
  const german = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(value);
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(value);
  const [year, month, day] = iso
    ? [iso[1], iso[2], iso[3]]
    : german
      ? [german[3], german[2], german[1]]
      : american
        ? [american[3], american[1], american[2]]
        : [];
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const valid = y >= 1000 && m >= 1 && m <= 12 && d >= 1 && d <= 31;
  return valid ? `${year}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}` : undefined;
}
