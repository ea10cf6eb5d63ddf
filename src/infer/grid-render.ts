/**
 * Grid rows as CSV, as one HTML page and as plain text. What a model writes is foreign text: in HTML it is escaped and the
 * page forbids itself scripts and requests; control characters are made visible, so that they steer neither browser nor terminal.
 */
import { escapeHtml, renderHtmlPage, visibleText } from '../base/index.ts';
import type { GridRow } from './grid.ts';

const COLUMNS = [
  'prompt',
  'temperature',
  'topK',
  'topP',
  'seed',
  'stopReason',
  'promptTokens',
  'tokens',
  'repetition',
  'durationMs',
  'text',
] as const satisfies readonly (keyof GridRow)[];

export interface CsvOptions {
  /**
   * For Excel with German settings: `;`, decimal comma, a byte order mark, and an apostrophe before text that Excel would
   * take for a formula. Default: RFC 4180 with `,` and the values as they are.
   */
  readonly excel?: boolean;
}

/** One header and one line a row, lines end with CR LF. RFC 4180. */
export function renderGridCsv(rows: readonly GridRow[], options: CsvOptions = {}): string {
  const excel = options.excel ?? false;
  const separator = excel ? ';' : ',';
  const lines = rows.map((row) => COLUMNS.map((column) => csvField(row[column], excel)).join(separator));
  return `${excel ? '\ufeff' : ''}${[COLUMNS.join(separator), ...lines].join('\r\n')}\r\n`;
}

function csvField(value: string | number, excel: boolean): string {
  if (typeof value === 'number') return excel ? rounded(value).replace('.', ',') : rounded(value);
  const text = excel && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** At most four decimals, so that a table stays readable. */
function rounded(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}

/** Line breaks and tabs stay. */
const LAYOUT = '\n\t';

function settingsLabel(row: GridRow, greedy: string): string {
  return row.temperature === 0 ? greedy : `T ${row.temperature}  k ${row.topK}  p ${row.topP}`;
}

/** Rows of one prompt together, in the order of their first row. */
function byPrompt(rows: readonly GridRow[]): Map<string, GridRow[]> {
  const groups = new Map<string, GridRow[]>();
  for (const row of rows) {
    const group = groups.get(row.prompt);
    if (group === undefined) groups.set(row.prompt, [row]);
    else group.push(row);
  }
  return groups;
}

const LABELS = {
  en: {
    title: 'Inference grid',
    settings: 'Settings',
    text: 'Text',
    tokens: 'Tokens',
    end: 'End',
    repetition: 'Repetition',
    duration: 'Duration',
    seed: 'Seed',
    greedy: 'greedy',
    rows: 'texts',
  },
  de: {
    title: 'Raster der Ausgaben',
    settings: 'Einstellungen',
    text: 'Text',
    tokens: 'Token',
    end: 'Ende',
    repetition: 'Wiederholung',
    duration: 'Dauer',
    seed: 'Startwert',
    greedy: 'ohne Zufall',
    rows: 'Texte',
  },
} as const;

export interface HtmlOptions {
  /** Default `en`. */
  readonly language?: keyof typeof LABELS;
  /** Shown under the title, for example the model's name. */
  readonly subtitle?: string;
}

const STYLE = `table { width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.settings { white-space: nowrap; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; width: 55%; }
`;

/** One self-contained page: no scripts, no references, everything escaped. */
export function renderGridHtml(rows: readonly GridRow[], options: HtmlOptions = {}): string {
  const language = options.language ?? 'en';
  const labels = LABELS[language];
  const sections = [...byPrompt(rows)].map(
    ([prompt, group]) => `<h2>${escapeHtml(prompt, LAYOUT)}</h2>
<table>
<thead><tr><th>${labels.settings}</th><th>${labels.text}</th><th class="number">${labels.tokens}</th><th>${labels.end}</th><th class="number">${labels.repetition}</th><th class="number">${labels.duration}</th><th class="number">${labels.seed}</th></tr></thead>
<tbody>
${group.map((row) => htmlRow(row, language)).join('\n')}
</tbody>
</table>`,
  );
  const subtitle = options.subtitle === undefined ? '' : `${escapeHtml(options.subtitle)}, `;
  const body = `<p>${subtitle}${rows.length} ${labels.rows}</p>\n${sections.join('\n')}`;
  return renderHtmlPage({ language, title: labels.title, style: STYLE, body });
}

function htmlRow(row: GridRow, language: keyof typeof LABELS): string {
  const number = (value: number, digits: number, unit = '') =>
    `<td class="number">${value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false })}${unit}</td>`;
  return [
    `<tr><td class="settings">${escapeHtml(settingsLabel(row, LABELS[language].greedy))}</td>`,
    `<td class="text">${escapeHtml(row.text, LAYOUT)}</td>`,
    number(row.tokens, 0),
    `<td>${escapeHtml(row.stopReason)}</td>`,
    number(row.repetition * 100, 1, ' %'),
    number(row.durationMs / 1000, 2, ' s'),
    `${number(row.seed, 0)}</tr>`,
  ].join('');
}

const TEXT_WIDTH = 60;

/** A table for a terminal; long texts are cut and say so with `…`. */
export function renderGridText(rows: readonly GridRow[]): string {
  const sections = [...byPrompt(rows)].map(([prompt, group]) => {
    const lines = group.map((row) =>
      [
        settingsLabel(row, 'greedy').padEnd(22),
        String(row.tokens).padStart(6),
        row.stopReason.padEnd(7),
        `${(row.repetition * 100).toFixed(0).padStart(4)} %`,
        `${(row.durationMs / 1000).toFixed(2).padStart(7)} s`,
        cut(oneLine(row.text)),
      ].join('  '),
    );
    const header = `${'settings'.padEnd(22)}  tokens  end      repeat  duration    text`;
    return [oneLine(prompt), header, ...lines].join('\n');
  });
  return sections.length === 0 ? '' : `${sections.join('\n\n')}\n`;
}

function oneLine(text: string): string {
  return visibleText(text, LAYOUT).replaceAll('\n', '⏎').replaceAll('\t', ' ');
}

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= TEXT_WIDTH ? text : `${characters.slice(0, TEXT_WIDTH - 1).join('')}…`;
}
