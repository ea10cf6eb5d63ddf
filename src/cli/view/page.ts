/** The page about runs as one HTML text: words, style, script and the curve library are in it, nothing is loaded. */
import { createRequire } from 'node:module';
import { escapeHtml, readText, sha256OfBytes } from '../../base/index.ts';
import { type Language, labelsOf } from '../../runs/index.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';

const resolve = createRequire(import.meta.url).resolve;

export interface RunsPage {
  readonly html: string;
  /** What of it a policy may let run, as sources of a Content-Security-Policy. */
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

function policySource(content: string): string {
  return `'sha256-${Buffer.from(sha256OfBytes(content), 'hex').toString('base64')}'`;
}

export async function renderRunsPage(language: Language): Promise<RunsPage> {
  const labels = labelsOf(language);
  const [library, libraryStyle] = await Promise.all([
    readText(resolve('uplot/dist/uPlot.iife.min.js')),
    readText(resolve('uplot/dist/uPlot.min.css')),
  ]);
  // In a script element only these characters could end it.
  const words = JSON.stringify({ ...labels, language }).replaceAll('<', '\\u003c');
  const text = (value: string) => escapeHtml(value);
  const style = `${libraryStyle}${PAGE_STYLE}`;
  const html = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ExpChat: ${text(labels.runs)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>ExpChat: ${text(labels.runs)}</h1><span id="lost" role="status"></span></header>
<div id="layout">
<nav aria-label="${text(labels.choose)}"><div id="runs"></div></nav>
<main>
<p id="hint" class="quiet"></p>
<div id="notices-title" hidden><h2>${text(labels.sections.notices)}</h2></div>
<div id="notices"></div>
<div id="charts" class="charts"></div>
<div id="samples-title" hidden><h2>${text(labels.sections.samples)}</h2></div>
<div id="samples"></div>
<div id="facts-title" hidden><h2>${text(labels.sections.result)}</h2></div>
<table><tbody id="facts"></tbody></table>
</main>
</div>
<script type="application/json" id="words">${words}</script>
<script>${library}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
  return { html, scripts: [library, PAGE_SCRIPT].map(policySource), styles: [policySource(style)] };
}
