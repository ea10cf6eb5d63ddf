/**
 * A tokenizer's measures as one self-contained HTML page. Tokens are foreign text: all is escaped, control characters are
 * made visible, and the page forbids itself scripts and requests.
 */
import { escapeHtml, renderHtmlPage } from '../base/index.ts';
import type { TextFigures, TokenFacts, TokenizerMeasures } from './report.ts';

const LABELS = {
  en: {
    title: 'Tokenizer report',
    measured: 'Measured text',
    texts: 'texts',
    words: 'words',
    tokenizer: 'Tokenizer',
    vocabulary: 'Vocabulary',
    tokens: 'Tokens',
    bytesPerToken: 'Bytes per token',
    tokensPerWord: 'Tokens per word',
    bytes: 'Bytes',
    uses: 'Uses',
    token: 'Token',
    id: 'Id',
    neverUsed: 'Never used in this text',
    longest: 'Longest tokens',
    memorised: 'Whole phrases as one token (longer than 32 bytes)',
    none: 'None.',
    more: 'more',
    of: 'of',
    breakdowns: { kind: 'By kind', language: 'By language', source: 'By source', place: 'By place' },
  },
  de: {
    title: 'Bericht zum Tokenizer',
    measured: 'Gemessener Text',
    texts: 'Texte',
    words: 'Wörter',
    tokenizer: 'Tokenizer',
    vocabulary: 'Vokabular',
    tokens: 'Token',
    bytesPerToken: 'Byte je Token',
    tokensPerWord: 'Token je Wort',
    bytes: 'Byte',
    uses: 'Vorkommen',
    token: 'Token',
    id: 'Nummer',
    neverUsed: 'In diesem Text nie gebraucht',
    longest: 'Längste Token',
    memorised: 'Ganze Wendungen als ein Token (länger als 32 Byte)',
    none: 'Keine.',
    more: 'weitere',
    of: 'von',
    breakdowns: { kind: 'Nach Art', language: 'Nach Sprache', source: 'Nach Quelle', place: 'Nach Ort' },
  },
} as const;

type Language = keyof typeof LABELS;

export interface ReportHtmlOptions {
  /** Default `en`. */
  readonly language?: Language;
}

const STYLE = `th, td { border-bottom: 1px solid #8886; padding: .3rem .8rem; text-align: right; font-variant-numeric: tabular-nums; }
th { font-weight: 600; vertical-align: bottom; }
.text { text-align: left; }
code { white-space: pre-wrap; overflow-wrap: anywhere; background: #8882; padding: 0 .2rem; }
`;

/** A cell is text, aligned left, or a number. */
type Cell = string | number;

class Page {
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  number(value: number, digits = 0): string {
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return value.toLocaleString(this.#language === 'de' ? 'de-DE' : 'en-GB', format);
  }

  /** `digits`: after the decimal mark, by column. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[], digits: readonly number[] = []): string {
    const header = head.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
    const body = rows.map((row) => `<tr>${row.map((cell, i) => this.#cell(cell, digits[i] ?? 0)).join('')}</tr>`);
    return `<table>\n<thead><tr>${header}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
  }

  #cell(cell: Cell, digits: number): string {
    if (typeof cell === 'string') return `<td class="text">${escapeHtml(cell)}</td>`;
    return `<td>${this.number(cell, digits)}</td>`;
  }

  tokens(tokens: readonly TokenFacts[]): string {
    const labels = LABELS[this.#language];
    if (tokens.length === 0) return `<p>${labels.none}</p>`;
    const rows = tokens.map(
      ({ id, bytes, uses, text }) =>
        `<tr><td>${this.number(id)}</td><td>${this.number(bytes)}</td><td>${this.number(uses)}</td><td class="text"><code>${escapeHtml(text)}</code></td></tr>`,
    );
    return `<table>
<thead><tr><th>${labels.id}</th><th>${labels.bytes}</th><th>${labels.uses}</th><th class="text">${labels.token}</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
  }
}

function breakdownSections(measures: TokenizerMeasures, page: Page, language: Language): string[] {
  const labels = LABELS[language];
  return measures.breakdowns.map(({ name, rows, more }) => {
    const titles = labels.breakdowns as Readonly<Record<string, string>>;
    const head = [
      '',
      labels.bytes,
      labels.words,
      ...measures.tokenizers.flatMap((one) => [
        `${one.name}: ${labels.bytesPerToken}`,
        `${one.name}: ${labels.tokensPerWord}`,
      ]),
    ];
    const cells = rows.map(({ label, bytes, words, figures }) => [
      label,
      bytes,
      words,
      ...figures.flatMap((one: TextFigures) => [one.bytesPerToken, one.tokensPerWord]),
    ]);
    const digits = [0, 0, 0, ...measures.tokenizers.flatMap(() => [3, 3])];
    const rest = more === 0 ? '' : `\n<p>${page.number(more)} ${labels.more}</p>`;
    return `<h2>${escapeHtml(titles[name] ?? name)}</h2>\n${page.table(head, cells, digits)}${rest}`;
  });
}

/** One page: no scripts, no references, everything escaped. */
export function renderTokenizerReportHtml(measures: TokenizerMeasures, options: ReportHtmlOptions = {}): string {
  const language = options.language ?? 'en';
  const labels = LABELS[language];
  const page = new Page(language);
  const { neverUsed, longest, memorised, tokenizers } = measures;
  const overview = page.table(
    [labels.tokenizer, labels.vocabulary, labels.tokens, labels.bytesPerToken, labels.tokensPerWord],
    tokenizers.map((one) => [one.name, one.vocabularySize, one.tokens, one.bytesPerToken, one.tokensPerWord]),
    [0, 0, 0, 3, 3],
  );
  const body = `<p>${labels.measured}: ${page.number(measures.texts)} ${labels.texts}, ${page.number(measures.words)} ${labels.words}, ${page.number(measures.bytes)} ${labels.bytes}</p>
${overview}
${breakdownSections(measures, page, language).join('\n')}
<h2>${labels.memorised}: ${page.number(memorised.count)}</h2>
${page.tokens(memorised.tokens)}
<h2>${labels.longest}</h2>
${page.tokens(longest)}
<h2>${labels.neverUsed}: ${page.number(neverUsed.count)} ${labels.of} ${page.number(neverUsed.of)}</h2>
${page.tokens(neverUsed.tokens)}`;
  return renderHtmlPage({ language, title: labels.title, style: STYLE, body });
}
