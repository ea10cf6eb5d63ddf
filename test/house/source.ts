/**
 * Reads TypeScript source as far as the house rules need it: what it imports and how long its functions are. It is a
 * bracket matcher over text whose strings, comments and regular expressions are blanked out, not a parser; the native
 * type checker has no JavaScript interface to ask. It knows no rule.
 */

export interface SourceImport {
  /** What stands between the quotes. */
  readonly specifier: string;
  readonly line: number;
  /** True where the import is erased before the program runs, so it can not make a cycle at run time. */
  readonly typeOnly: boolean;
}

export interface SourceFunction {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const NOT_FUNCTIONS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'return', 'await', 'typeof', 'super']);
const REGEX_AFTER_WORD = /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|await|yield|instanceof|throw)$/;

/** The same text with every character inside comments, strings, template texts and regular expressions as a space. */
export function blanked(source: string): string {
  const out = source.split('');
  // Depths of `{` at which a template's `${` was opened: its `}` goes back to template text.
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const blank = (from: number, to: number) => {
    for (let i = from; i < Math.min(to, out.length); i++) if (out[i] !== '\n') out[i] = ' ';
  };
  const skipTemplateText = () => {
    const from = at;
    while (at < source.length && source[at] !== '`' && !source.startsWith('${', at)) at += source[at] === '\\' ? 2 : 1;
    blank(from, at);
    if (source[at] === '`') at++;
    else {
      templates.push(depth++);
      at += 2;
    }
  };
  while (at < source.length) {
    const char = source[at]!;
    const end = endOfUncode(source, at, out);
    if (end > at) {
      const quoted = char === "'" || char === '"';
      blank(quoted ? at + 1 : at, quoted ? end - 1 : end);
      at = end;
    } else if (char === '`') {
      at++;
      skipTemplateText();
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      templates.pop();
      depth--;
      at++;
      skipTemplateText();
    } else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      at++;
    }
  }
  return out.join('');
}

/** End of the comment, string or regular expression that starts at `at`, or `at` where none does. */
function endOfUncode(source: string, at: number, code: readonly string[]): number {
  const char = source[at]!;
  if (source.startsWith('//', at)) return endOr(source, source.indexOf('\n', at));
  if (source.startsWith('/*', at)) return endOr(source, source.indexOf('*/', at), 2);
  if (char === "'" || char === '"') return endOfQuoted(source, at, char);
  if (char === '/' && regexMayStart(code, at)) return endOfRegex(source, at);
  return at;
}

function endOr(source: string, found: number, length = 0): number {
  return found < 0 ? source.length : found + length;
}

function endOfQuoted(source: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < source.length && source[at] !== quote && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function regexMayStart(code: readonly string[], at: number): boolean {
  const before = code
    .slice(Math.max(0, at - 80), at)
    .join('')
    .trimEnd();
  if (before === '') return true;
  if (/[\w$)\]}'"`]$/.test(before)) return REGEX_AFTER_WORD.test(before);
  return true;
}

function endOfRegex(source: string, start: number): number {
  let inClass = false;
  let at = start + 1;
  for (; at < source.length && source[at] !== '\n'; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    else if (source[at] === '/' && !inClass) break;
  }
  return at + 1;
}

export function lineOf(source: string, at: number): number {
  let line = 1;
  for (let i = 0; i < at; i++) if (source[i] === '\n') line++;
  return line;
}

/** Every module named by import, export from, dynamic import, require or `new URL('./…', import.meta.url)`. */
export function importsOf(source: string): SourceImport[] {
  const code = blanked(source);
  const found: SourceImport[] = [];
  const pattern =
    /\b(?:import|export)\s+(type\s+)?(?:[\w$*\s{},]*?\s*from\s*)(['"])|\bimport\s*(['"])|\b(?:import|require|new\s+URL)\s*\(\s*(['"])/g;
  for (const match of code.matchAll(pattern)) {
    const open = match.index + match[0].length;
    const quote = match[2] ?? match[3] ?? match[4] ?? "'";
    const specifier = source.slice(open, code.indexOf(quote, open));
    const named = /\{([^}]*)\}\s*from/.exec(match[0])?.[1]?.split(',');
    const allTypes = named?.every((name) => name.trim() === '' || /^\s*type\s/.test(name)) ?? false;
    const isUrl = match[0].startsWith('new');
    if (isUrl && !/^.{0,4}\s*import\.meta\.url/s.test(code.slice(open + specifier.length + 1))) continue;
    found.push({ specifier, line: lineOf(source, open), typeOnly: match[1] !== undefined || allTypes });
  }
  return found;
}

/** Index of the bracket that closes the one at `open`, or -1. */
function closingOf(code: string, open: number): number {
  const stack: string[] = [];
  for (let at = open; at < code.length; at++) {
    const char = code[at]!;
    if (CLOSING[char]) stack.push(CLOSING[char]);
    else if (char === ')' || char === ']' || char === '}') {
      if (stack.pop() !== char) return -1;
      if (stack.length === 0) return at;
    }
  }
  return -1;
}

/** Where the body starts that follows the parameters closing at `close`: after `=>` or at `{`; -1 where none does. */
function bodyAfter(code: string, close: number): number {
  let at = close + 1;
  const skipSpace = () => {
    while (/\s/.test(code[at] ?? '')) at++;
  };
  skipSpace();
  if (code[at] === '{') return at;
  if (code.startsWith('=>', at)) return at + 2;
  if (code[at] !== ':') return -1;
  at++;
  let expectsType = true;
  while (at < code.length) {
    skipSpace();
    const char = code[at] ?? '';
    if (code.startsWith('=>', at)) return at + 2;
    if (char === '{' && !expectsType) return at;
    if (char === '<' || char === '{' || char === '[' || char === '(') {
      const end = char === '<' ? closingAngle(code, at) : closingOf(code, at);
      if (end < 0) return -1;
      at = end + 1;
      expectsType = false;
    } else if (char === '|' || char === '&' || char === '.') {
      at++;
      expectsType = true;
    } else if (char === "'" || char === '"') {
      at = code.indexOf(char, at + 1) + 1;
      if (at === 0) return -1;
      expectsType = false;
    } else {
      const word = /^[\w$-]+/.exec(code.slice(at, at + 200))?.[0];
      const operator = word !== undefined && /^(?:is|keyof|readonly|asserts|typeof|unique|extends|infer)$/.test(word);
      if (word === undefined || (!expectsType && !operator)) return -1;
      at += word.length;
      // `typeof`, `asserts` and their like are followed by more of the type.
      expectsType = operator;
    }
  }
  return -1;
}

function closingAngle(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '<') depth++;
    else if (code[at] === '>' && code[at - 1] !== '=' && --depth === 0) return at;
    else if (code[at] === ';') return -1;
  }
  return -1;
}

/** Index after the function's last character: the closing brace, or the end of an arrow's expression. */
function endOfBody(code: string, start: number): number {
  let at = start;
  while (/\s/.test(code[at] ?? '')) at++;
  if (code[at] === '{') return closingOf(code, at) + 1;
  for (; at < code.length; at++) {
    const char = code[at]!;
    if (CLOSING[char]) {
      const end = closingOf(code, at);
      if (end < 0) return code.length;
      at = end;
    } else if (/[,;)\]}]/.test(char)) return at;
  }
  return code.length;
}

/** The name in front of the parameters that open at `open`, its place, or null where a keyword shows a statement. */
function nameBefore(code: string, open: number): { name: string; at: number } | null {
  let end = open;
  let before = code.slice(0, end).trimEnd();
  if (before.endsWith('>') && !before.endsWith('=>')) {
    // Type parameters: back to their `<`.
    let depth = 0;
    let at = before.length - 1;
    for (; at >= 0; at--) {
      if (before[at] === '>' && before[at - 1] !== '=') depth++;
      else if (before[at] === '<' && --depth === 0) break;
    }
    before = before.slice(0, Math.max(at, 0)).trimEnd();
    end = before.length;
  }
  const head = before.slice(-200);
  const word = /(?:\[[\w$.\s]*\]|#?[\w$]+)$/.exec(head)?.[0];
  if (word !== undefined && NOT_FUNCTIONS.has(word)) return null;
  if (word !== undefined && word !== 'function' && word !== 'async')
    return { name: word, at: before.length - word.length };
  const assigned = /([\w$]+)\s*(?:[=:(,]|:[^=;]{0,80}=)\s*(?:async\b)?\s*(?:function\b)?\s*\*?\s*$/.exec(head);
  return { name: assigned?.[1] ?? 'anonymous', at: Math.min(end, before.length) };
}

/** Every function with a body, methods and arrows among them, with the lines it covers from its name to its end. */
export function functionsOf(source: string): SourceFunction[] {
  const code = blanked(source);
  const found: SourceFunction[] = [];
  for (let open = code.indexOf('('); open >= 0; open = code.indexOf('(', open + 1)) {
    const head = nameBefore(code, open);
    const close = head === null ? -1 : closingOf(code, open);
    const body = close < 0 ? -1 : bodyAfter(code, close);
    if (head === null || body < 0) continue;
    const first = lineOf(source, head.at);
    const last = lineOf(source, endOfBody(code, body) - 1);
    found.push({ name: head.name, line: first, lines: last - first + 1 });
  }
  return found;
}

/** First sentence of the file's leading block comment, on one line; undefined where the file has none. */
export function headerSentence(source: string): string | undefined {
  const block = /^(?:#![^\n]*\n)?\s*\/\*\*?([\s\S]*?)\*\//.exec(source)?.[1];
  if (block === undefined) return undefined;
  const paragraph = block
    .split('\n')
    .map((line) => line.replace(/^\s*\*\s?/, '').trim())
    .join('\n')
    .trim()
    .split('\n\n')[0]!
    .replaceAll('\n', ' ');
  const sentence = /^.*?[.:](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
  return sentence.replace(/[.:]$/, '').trim() || undefined;
}
