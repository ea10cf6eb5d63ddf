/**
 * The report as one page that needs nothing else: no script, no request, German and English in it, switched by two radio
 * buttons and CSS alone. Everything foreign is escaped.
 */
import { escapeHtml, renderHtmlPage } from '../../base/index.ts';
import { CARD_PARTS, type CardSection, dataCard } from './data-card.ts';
import type { CorpusReportData, DropExample } from './report-data.ts';
import { REPORT_LABELS, type ReportLabels, type ReportLanguage } from './report-labels.ts';
import { REPORT_STYLE } from './report-style.ts';

/** A drop's stable name in the words of a language. */
export type ReasonWords = (language: ReportLanguage, reason: string) => string;

const SHOWN_ROWS = 200;

/** Text, aligned left; a number or a figure with its unit, aligned right; or HTML. */
type Cell = string | number | { readonly figure: string } | { readonly html: string };

const isFigure = (cell: Cell | undefined): boolean =>
  typeof cell === 'number' || (typeof cell === 'object' && 'figure' in cell);

class Section {
  readonly labels: ReportLabels;
  readonly language: ReportLanguage;
  readonly #locale: string;

  constructor(language: ReportLanguage) {
    this.language = language;
    this.labels = REPORT_LABELS[language];
    this.#locale = language === 'de' ? 'de-DE' : 'en-GB';
  }

  number(value: number, digits = 0): string {
    return value.toLocaleString(this.#locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  percent(share: number, digits = 1): string {
    return `${this.number(share * 100, digits)} %`;
  }

  bytes(value: number): string {
    const power = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
    return `${this.number(value / 1000 ** power, power === 0 ? 0 : 1)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
  }

  /** At most 200 rows, and how many more there are. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
    if (rows.length === 0) return `<p>${escapeHtml(this.labels.none)}</p>`;
    const isText = head.map((_, column) => rows.some((row) => !isFigure(row[column])));
    const header = head.map((name, i) => `<th${isText[i] ? ' class="text"' : ''}>${escapeHtml(name)}</th>`).join('');
    const body = rows.slice(0, SHOWN_ROWS).map((row) => `<tr>${row.map((cell) => this.#cell(cell)).join('')}</tr>`);
    const more = rows.length - SHOWN_ROWS;
    const rest = more > 0 ? `<p class="note">… ${this.number(more)} ${escapeHtml(this.labels.more)}</p>` : '';
    return `<div class="scroll"><table>\n<thead><tr>${header}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody></table></div>${rest}`;
  }

  #cell(cell: Cell): string {
    if (typeof cell === 'number') return `<td>${this.number(cell)}</td>`;
    if (typeof cell === 'object' && 'figure' in cell) return `<td>${escapeHtml(cell.figure)}</td>`;
    return `<td class="text">${typeof cell === 'string' ? escapeHtml(cell) : cell.html}</td>`;
  }
}

/** A share as a bar with its figure. */
function bar(page: Section, share: number): Cell {
  const width = Math.max(0, Math.min(100, share * 100)).toFixed(1);
  return {
    html: `<span class="share"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="fill" width="${width}" height="8"/></svg> ${page.percent(share)}</span>`,
  };
}

/** One HTML page. `language`: which one is shown first. */
export function renderCorpusReport(
  data: CorpusReportData,
  options: { readonly language: ReportLanguage; readonly reasonWords: ReasonWords },
): string {
  const { language } = options;
  const languages: readonly ReportLanguage[] = ['de', 'en'];
  const radios = languages.map(
    (one) => `<input type="radio" name="language" id="show-${one}"${one === language ? ' checked' : ''}>`,
  );
  const tabs = languages.map((one) => `<label for="show-${one}" lang="${one}">${REPORT_LABELS[one].language}</label>`);
  const mains = languages.map((one) => mainOf(data, new Section(one), options.reasonWords));
  const body = `${radios.join('\n')}\n<nav class="tabs">${tabs.join('')}</nav>\n${mains.join('\n')}`;
  return renderHtmlPage({ language, title: REPORT_LABELS[language].title, style: REPORT_STYLE, body, heading: false });
}

function mainOf(data: CorpusReportData, page: Section, words: ReasonWords): string {
  const { labels, language } = page;
  const parts = [
    headOf(data, page),
    expiredOf(data, page),
    sourcesOf(data, page),
    licencesOf(data, page),
    dropsOf(data, page, (reason) => words(language, reason)),
    languagesOf(data, page),
    lengthsOf(data, page),
    duplicatesOf(data, page),
    personalOf(data, page),
    splitOf(data, page),
    lettersOf(data, page, (rule) => words(language, rule)),
    forgottenOf(data, page),
    cardOf(data, page),
  ];
  return `<main lang="${language}">\n<h1>${escapeHtml(labels.title)}</h1>\n${parts.join('\n')}\n</main>`;
}

const heading = (text: string): string => `<h2>${escapeHtml(text)}</h2>`;
const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

function headOf({ at, codeVersion, totals }: CorpusReportData, page: Section): string {
  const { labels } = page;
  const tiles: [string, string][] = [
    [labels.sources, page.number(totals.sources)],
    [labels.documents, page.number(totals.documents)],
    [labels.kept, page.number(totals.kept)],
    [labels.dialogues, page.number(totals.dialogues)],
    [labels.text, page.bytes(totals.textBytes)],
    [labels.tokens, page.number(totals.tokens)],
  ];
  const list = tiles.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  const when = `${labels.at}: ${at.replace('T', ' ').replace('Z', ' UTC')}, ExpChat ${codeVersion}`;
  return `<p class="note">${escapeHtml(when)}</p>\n<dl class="tiles">${list.join('')}</dl>`;
}

function expiredOf({ expired }: CorpusReportData, page: Section): string {
  if (expired.length === 0) return '';
  const { labels } = page;
  const rows = expired.map(({ id, retainUntil, command }): Cell[] => [
    id,
    retainUntil,
    { html: `<code>${escapeHtml(command)}</code>` },
  ]);
  const table = page.table([labels.source, labels.retention, labels.command], rows);
  return `<div class="warning">${paragraph(labels.expiredIntro)}${table}</div>`;
}

function sourcesOf({ sources, expired }: CorpusReportData, page: Section): string {
  const { labels } = page;
  const late = new Set(expired.map(({ id }) => id));
  const rows = sources.map((source): Cell[] => [
    source.declared ? source.id : `${source.id} (${labels.undeclared})`,
    labels.kinds[source.kind] ?? source.kind,
    source.licence === undefined || source.licence === 'unknown' ? labels.unknown : source.licence,
    [source.legalBasis, source.purpose].filter((text) => text !== undefined).join(', ') || labels.unknown,
    source.retainUntil === undefined ? '–' : source.retainUntil + (late.has(source.id) ? ` (${labels.expired})` : ''),
    source.files,
    { figure: page.bytes(source.rawBytes) },
    source.documents,
    source.kept,
    { figure: page.bytes(source.textBytes) },
    source.tokens,
  ]);
  const head = [labels.source, labels.kind, labels.licence, labels.basis, labels.retention, labels.files];
  const counts = [labels.rawBytes, labels.documents, labels.kept, labels.text, labels.tokens];
  return heading(labels.sources) + page.table([...head, ...counts], rows);
}

function licencesOf({ licences, totals }: CorpusReportData, page: Section): string {
  const { labels } = page;
  const rows = licences.map(({ licence, sources, documents, textBytes, tokens }): Cell[] => [
    licence === 'unknown' ? labels.unknown : licence,
    sources,
    documents,
    tokens,
    bar(page, totals.textBytes === 0 ? 0 : textBytes / totals.textBytes),
  ]);
  const head = [labels.licence, labels.sources, labels.documents, labels.tokens, labels.share];
  return heading(labels.licences) + page.table(head, rows);
}

function examplesOf(page: Section, examples: readonly DropExample[]): Cell {
  const figure = (value: number | string) => (typeof value === 'number' ? trimmed(page, value) : value);
  const shown = examples.map(({ id, value, threshold }) => {
    const measure = value === undefined ? '' : figure(value);
    const limit = threshold === undefined ? '' : `${page.labels.threshold} ${figure(threshold)}`;
    const said = [measure, limit].filter((text) => text !== '').join(', ');
    return `<span class="example"><code>${escapeHtml(id)}</code>${said === '' ? '' : ` ${escapeHtml(`(${said})`)}`}</span>`;
  });
  return { html: shown.join(' ') };
}

function dropsOf(
  { drops, problems, cuts, totals }: CorpusReportData,
  page: Section,
  word: (reason: string) => string,
): string {
  const { labels } = page;
  const rows = drops.map(({ stage, reason, documents, bytes, examples }): Cell[] => [
    labels.stages[stage],
    word(reason),
    documents,
    bar(page, totals.documents === 0 ? 0 : documents / totals.documents),
    { figure: page.bytes(bytes) },
    examplesOf(page, examples),
  ]);
  const head = [labels.stage, labels.reason, labels.documents, labels.share, labels.text, labels.examples];
  const cutRows = cuts.map(({ reason, count }): Cell[] => [word(reason), count]);
  const cut =
    cuts.length === 0 ? '' : `<h3>${escapeHtml(labels.cuts)}</h3>${page.table([labels.reason, labels.count], cutRows)}`;
  const problemRows = problems.map((one): Cell[] => [word(one.reason), one.documents, examplesOf(page, one.examples)]);
  const problem =
    problems.length === 0
      ? ''
      : `<h3>${escapeHtml(labels.problems)}</h3>${page.table([labels.reason, labels.count, labels.examples], problemRows)}`;
  return heading(labels.dropped) + paragraph(labels.droppedIntro) + page.table(head, rows) + problem + cut;
}

const trimmed = (page: Section, value: number): string => page.number(value, Number.isInteger(value) ? 0 : 3);

function languagesOf({ languages, totals }: CorpusReportData, page: Section): string {
  const { labels } = page;
  const names = new Intl.DisplayNames([page.language], { type: 'language' });
  const nameOf = (code: string) => {
    try {
      return code === '' ? labels.unknown : `${names.of(code)} (${code})`;
    } catch {
      return code; // What is no language code is shown as it is.
    }
  };
  const rows = languages.map(({ language, documents, textBytes }): Cell[] => [
    nameOf(language),
    documents,
    bar(page, totals.textBytes === 0 ? 0 : textBytes / totals.textBytes),
  ]);
  return heading(labels.languages) + page.table([labels.languageColumn, labels.documents, labels.share], rows);
}

function lengthsOf({ lengths }: CorpusReportData, page: Section): string {
  const { labels } = page;
  if (lengths === undefined) return heading(labels.lengths) + paragraph(labels.notRun);
  const { bins, median, mean, longest } = lengths;
  const most = Math.max(1, ...bins.map(({ documents }) => documents));
  const width = 64;
  const columns = bins.map(({ from, to, documents }, i) => {
    const height = (documents / most) * 140;
    const x = i * width;
    const range = to === undefined ? `≥ ${page.number(from)}` : `${page.number(from)}–${page.number(to - 1)}`;
    return `<g><title>${range} ${escapeHtml(labels.words)}: ${page.number(documents)}</title>
<rect class="fill" x="${x + 6}" y="${(165 - height).toFixed(1)}" width="${width - 12}" height="${height.toFixed(1)}"/>
<text x="${x + width / 2}" y="${(159 - height).toFixed(1)}">${page.number(documents)}</text>
<text class="axis" x="${x + width / 2}" y="182">${i === 0 ? '<' : '≥'} ${page.number(i === 0 ? to! : from)}</text></g>`;
  });
  const facts = `${labels.median} ${page.number(median)}, ${labels.mean} ${page.number(mean)}, ${labels.longest} ${page.number(longest)} ${labels.words}`;
  return `${heading(labels.lengths)}${paragraph(`${labels.lengthsIntro}: ${facts}`)}
<svg class="histogram" viewBox="0 0 ${bins.length * width} 190" role="img" aria-label="${escapeHtml(labels.lengthsIntro)}">
<line class="axis" x1="0" x2="${bins.length * width}" y1="165.5" y2="165.5"/>
${columns.join('\n')}
</svg>`;
}

function duplicatesOf({ duplicates }: CorpusReportData, page: Section): string {
  const { labels } = page;
  if (duplicates === undefined) return heading(labels.duplicates) + paragraph(labels.notRun);
  const code = (id: string) => `<code>${escapeHtml(id)}</code>`;
  const rows = duplicates.examples.map(({ kind, kept, members, size }): Cell[] => [
    kind === 'exact' ? labels.exact : labels.near,
    size,
    { html: kept.map(code).join(' ') },
    {
      html: members
        .map(
          ({ id, similarity }) =>
            `<span class="example">${code(id)}${similarity === undefined ? '' : ` (${page.percent(similarity)})`}</span>`,
        )
        .join(' '),
    },
  ]);
  const { exactClusters, nearClusters, documents } = duplicates;
  const intro = labels.clusters(page.number(exactClusters), page.number(nearClusters), page.number(documents));
  return (
    heading(labels.duplicates) +
    paragraph(intro) +
    page.table([labels.kind, labels.size, labels.stays, labels.goes], rows)
  );
}

function personalOf({ personal }: CorpusReportData, page: Section): string {
  const { labels } = page;
  if (personal.length === 0) return heading(labels.personal) + paragraph(labels.personalNone);
  const rows = personal.map(({ source, kind, count }): Cell[] => [source, labels.personalKinds[kind] ?? kind, count]);
  const head = [labels.source, labels.kind, labels.found];
  return heading(labels.personal) + paragraph(labels.personalIntro) + page.table(head, rows);
}

function splitOf({ split, leakage }: CorpusReportData, page: Section): string {
  const { labels } = page;
  if (split === undefined) return heading(labels.split) + paragraph(labels.notRun);
  const { validationRatio, testRatio, seed, sets } = split;
  const test = testRatio === undefined || testRatio === 0 ? undefined : page.percent(testRatio);
  const rows = sets.map(({ set, sources, documents, textBytes, tokens, share }): Cell[] => [
    labels.setNames[set] ?? set,
    sources,
    documents,
    tokens,
    { figure: page.bytes(textBytes) },
    bar(page, share),
  ]);
  const head = [labels.set, labels.sources, labels.documents, labels.tokens, labels.text, labels.share];
  const side = (name: string) => labels.sides[name] ?? name;
  const overlaps = leakage.map((one): Cell[] => [
    side(one.held),
    side(one.other),
    { figure: `${page.number(one.sharingDocuments)} / ${page.number(one.heldDocuments)}` },
    bar(page, one.coveredShare),
    { figure: `${page.number(one.longestWords)} ${labels.words}` },
  ]);
  const overlapHead = [labels.held, labels.other, labels.sharing, labels.covered, labels.longestRun];
  const shared =
    leakage.length === 0 ? '' : `<h3>${escapeHtml(labels.leakage)}</h3>${page.table(overlapHead, overlaps)}`;
  const intro = labels.splitIntro(page.percent(validationRatio), test, String(seed));
  return heading(labels.split) + paragraph(intro) + page.table(head, rows) + shared;
}

function lettersOf({ letters }: CorpusReportData, page: Section, word: (rule: string) => string): string {
  const { labels } = page;
  if (letters.length === 0) return heading(labels.letters) + paragraph(labels.notRun);
  const tables = letters.map(({ stage, before, after, rules }) => {
    const explained = rules.reduce((sum, rule) => sum + rule.letters, 0);
    const rows: Cell[][] = rules.map(({ rule, letters: count }) => [word(rule), count]);
    rows.push([labels.unexplained, before - after - explained]);
    const title = `${labels.stages[stage]}: ${page.number(before)} ${labels.before}, ${page.number(after)} ${labels.after}`;
    return `<h3>${escapeHtml(title)}</h3>${page.table([labels.rule, labels.lettersTaken], rows)}`;
  });
  return heading(labels.letters) + paragraph(labels.lettersIntro) + tables.join('\n');
}

function forgottenOf({ forgotten }: CorpusReportData, page: Section): string {
  const { labels } = page;
  const { receipts, documents, last } = forgotten;
  const text =
    last === undefined
      ? labels.forgottenNone
      : labels.forgottenText(page.number(receipts), page.number(documents), last.slice(0, 10));
  return heading(labels.forgotten) + paragraph(text);
}

function cardOf(data: CorpusReportData, page: Section): string {
  const { labels, language } = page;
  const format = { integer: (value: number) => page.number(value), bytes: (value: number) => page.bytes(value) };
  const sections = dataCard(data, language, format);
  const parts = (['1', '2', '3'] as const).map((number) => {
    const own = sections.filter((section) => section.number.startsWith(`${number}.`));
    const name = CARD_PARTS[language][Number(number) as 1 | 2 | 3];
    return `<h3>${number} ${escapeHtml(name)}</h3>${own.map((section) => cardSection(section, labels)).join('\n')}`;
  });
  return `<section class="card">${heading(labels.card)}${paragraph(labels.cardIntro)}${parts.join('\n')}</section>`;
}

function cardSection({ number, name, fields }: CardSection, labels: ReportLabels): string {
  const rows = fields.map(({ name: field, known, person }) => {
    const mark =
      person === undefined
        ? ''
        : `<span class="mark ${person}">${escapeHtml(person === 'fill' ? labels.human : labels.check)}</span>`;
    const shown = known.slice(0, SHOWN_ROWS).map(paragraph).join('') || (person === undefined ? paragraph('–') : '');
    const more = known.length > SHOWN_ROWS ? `<p class="note">… ${known.length - SHOWN_ROWS} ${labels.more}</p>` : '';
    return `<tr><th>${escapeHtml(field)}</th><td class="text">${shown}${more}${mark}</td></tr>`;
  });
  return `<h4>${number} ${escapeHtml(name)}</h4><table class="fields"><tbody>${rows.join('')}</tbody></table>`;
}
