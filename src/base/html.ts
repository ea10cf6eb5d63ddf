/**
 * Self-contained HTML pages for results: foreign text is escaped, control characters are made visible, and the page
 * forbids itself scripts and requests. It knows no table and no label.
 */

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text whose control characters, also those that turn the direction of writing, are visible signs; `keep` stay as they are. */
export function visibleText(text: string, keep = ''): string {
  return text
    .replace(/[\u0000-\u001f]/g, (char) =>
      keep.includes(char) ? char : String.fromCharCode(0x2400 + char.charCodeAt(0)),
    )
    .replace(/[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** Text for an element or a quoted attribute; control characters are visible but for `keep`. */
export function escapeHtml(text: string, keep = ''): string {
  return visibleText(text, keep).replace(/[&<>"']/g, (char) => MARKUP[char]!);
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h2 { margin-top: 2.5rem; font-size: 1.1rem; }
table { border-collapse: collapse; }
`;

export interface HtmlPage {
  /** Of the page, as `lang` says it. */
  readonly language: string;
  readonly title: string;
  /** CSS after the common rules. */
  readonly style: string;
  /** HTML, escaped already. */
  readonly body: string;
  /** Whether the title stands over the body as well; default true. */
  readonly heading?: boolean;
}

export function renderHtmlPage({ language, title, style, body, heading = true }: HtmlPage): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>ExpChat: ${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
${heading ? `<h1>${escapeHtml(title)}</h1>\n` : ''}${body}
</body>
</html>
`;
}
