/**
 * One self-contained page about a run: result, curves, notices, settings, data, samples. Samples and names are foreign text:
 * all is escaped, and the page forbids itself scripts and requests.
 */
import { escapeHtml, renderHtmlPage } from '../base/index.ts';
import { renderCurves } from './curve-svg.ts';
import { type FactPairs, factsOfRun, flatSettings, type RunProvenance } from './facts.ts';
import { type Language, labelsOf, numberIn } from './labels.ts';
import { noticeText } from './notices.ts';
import type { RunView } from './run.ts';
import type { Points } from './series.ts';

const STYLE = `
body { --training: #2f6fb5; --validation: #c0561a; --rule: #8884; }
@media (prefers-color-scheme: dark) { body { --training: #7ab3f0; --validation: #f0a05a; background: #15181c; color: #e4e6e8; } }
figure { margin: 1rem 0; } figcaption { font-size: .9rem; }
svg { width: 100%; height: auto; } svg text { fill: currentColor; font-size: 12px; } svg .axis { font-size: 13px; }
.grid { stroke: var(--rule); } polyline { fill: none; stroke-width: 1.5; }
polyline.training { stroke: var(--training); } polyline.validation { stroke: var(--validation); }
circle.validation { fill: var(--validation); }
.key { font-weight: 600; margin-right: .7rem; } .key.training { color: var(--training); } .key.validation { color: var(--validation); }
th, td { text-align: left; vertical-align: top; padding: .2rem 1.2rem .2rem 0; border-bottom: 1px solid var(--rule); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
th { font-weight: 600; } .warning { border-left: 4px solid var(--validation); padding: .3rem .8rem; margin: .5rem 0; }
blockquote { margin: .4rem 0 1rem; padding: .2rem .9rem; border-left: 3px solid var(--rule); white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: .6rem 0; } summary { cursor: pointer; } code { overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 0 3rem; align-items: start; }
`;

const LAYOUT = '\n\t';

function factTable(pairs: FactPairs): string {
  const rows = pairs.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table>${rows.join('\n')}</table>`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[], language: Language): string {
  const number = numberIn(language);
  const cell = (value: string | number) =>
    typeof value === 'number'
      ? `<td class="number">${escapeHtml(number(value))}</td>`
      : `<td>${escapeHtml(value)}</td>`;
  const heading = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  return `<table><tr>${heading}</tr>\n${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</table>`;
}

export function renderRunReport(run: RunView, options: { readonly language: Language }): string {
  const { language } = options;
  const labels = labelsOf(language);
  const { sections } = labels;
  const settings = [
    `<div><h3>${escapeHtml(sections.model)}</h3>${factTable(flatSettings(run.head.config))}</div>`,
    `<div><h3>${escapeHtml(sections.training)}</h3>${factTable(flatSettings(run.head.recipe))}</div>`,
  ];
  const parts: [string, string][] = [
    [sections.result, factTable(factsOfRun(run, language))],
    [sections.curves, curves(run, language)],
    [sections.notices, notices(run, language)],
    [sections.diagnosis, diagnosis(run, language)],
    [sections.samples, samples(run, language)],
    [sections.data, data(run, language)],
    [sections.settings, `<div class="columns">${settings.join('')}</div>`],
  ];
  const body = parts
    .filter(([, html]) => html !== '')
    .map(([title, html]) => `<h2>${escapeHtml(title)}</h2>\n${html}`)
    .join('\n');
  return renderHtmlPage({ language, title: `${labels.report}: ${run.name}`, style: STYLE, body });
}

function curves({ log }: RunView, language: Language): string {
  const { axes, legend, facts } = labelsOf(language);
  const number = numberIn(language);
  const validation: Points = {
    steps: log.validations.map(({ step }) => step),
    values: log.validations.map(({ lossNats }) => lossNats),
  };
  const losses = [
    { label: legend.training, className: 'training', points: log.loss.points },
    { label: legend.validation, className: 'validation', points: validation, dots: true },
  ];
  const alone = (label: string, points: Points) =>
    renderCurves([{ label: '', className: 'training', points }], {
      xLabel: axes.steps,
      yLabel: label,
      number,
      width: 420,
      height: 220,
    });
  return [
    renderCurves(losses, { xLabel: axes.steps, yLabel: axes.nats, number }),
    '<div class="columns">',
    alone(facts.learningRate, log.learningRate.points),
    alone(facts.gradientNorm, log.gradientNorm.points),
    alone(facts.speed, log.tokensPerSecond.points),
    '</div>',
  ].join('\n');
}

function notices({ log }: RunView, language: Language): string {
  const { samples } = labelsOf(language);
  return log.notices
    .map((notice) => {
      const text = `${samples.step} ${numberIn(language)(notice.step)}: ${noticeText(notice, language)}`;
      return `<p class="warning">${escapeHtml(text)}</p>`;
    })
    .join('\n');
}

function diagnosis(run: RunView, language: Language): string {
  if (run.diagnosis === undefined) return '';
  const { diagnosis: labels, none } = labelsOf(language);
  const { reason, data: window, tensors, lastCheckpoint } = run.diagnosis;
  const rows = tensors.map(({ name, rms, largest, notFinite }) => [name, rms, largest, notFinite]);
  return [
    `<p class="warning">${escapeHtml(reason)}</p>`,
    factTable([
      [labels.goBack, lastCheckpoint ?? none],
      [labels.sources, window.sources.join(', ') || none],
      [labels.tokens, `${window.tokens[0]} … ${window.tokens[1]}`],
    ]),
    table([labels.tensor, labels.rms, labels.largest, labels.broken], rows, language),
  ].join('\n');
}

/** The last samples in full, the earlier ones folded, newest first. */
function samples({ log }: RunView, language: Language): string {
  const labels = labelsOf(language).samples;
  if (log.samples.length === 0) return `<p>${escapeHtml(labels.none)}</p>`;
  const steps = [...new Set(log.samples.map(({ step }) => step))].reverse();
  return steps
    .map((step, i) => {
      const shown = log.samples
        .filter((sample) => sample.step === step)
        .map(({ prompt, text, verbatimTokens, source }) => {
          const warning =
            verbatimTokens > 0
              ? `<p class="warning">${escapeHtml(`${verbatimTokens} ${labels.verbatim} ${source ?? labelsOf(language).unknown}`)}</p>`
              : '';
          const begin = prompt === '' ? labels.beginning : prompt;
          return `<p><strong>${escapeHtml(begin, LAYOUT)}</strong></p>${warning}<blockquote>${escapeHtml(text, LAYOUT)}</blockquote>`;
        });
      const open = i === 0 ? ' open' : '';
      return `<details${open}><summary>${escapeHtml(labels.step)} ${step}</summary>${shown.join('\n')}</details>`;
    })
    .join('\n');
}

function data(run: RunView, language: Language): string {
  const { dataFacts } = run.head.provenance as RunProvenance;
  if (dataFacts === undefined) return '';
  const labels = labelsOf(language).data;
  const { sources, sourceCount, documents, tokens, textBytes } = dataFacts;
  const rows: (string | number)[][] = sources.map((each) => [each.id, each.licence, each.documents, each.tokens]);
  const more = sourceCount - sources.length;
  if (more > 0) rows.push([`${numberIn(language)(more)} ${labels.more}`, '', '', '']);
  rows.push([labels.total, '', documents, tokens]);
  return `${table([labels.source, labels.licence, labels.documents, labels.tokens], rows, language)}
<p>${escapeHtml(`${numberIn(language)(textBytes)} ${labels.bytes}`)}</p>`;
}
