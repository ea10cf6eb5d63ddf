/** The look of the report page, light, dark and printed. It knows no figure. */

export const REPORT_STYLE = `:root { --line: #8885; --soft: #8881; --fill: #2f6fb5; --warn: #b3541e; --mark: #fff3cd; --mark-text: #5c4400; }
@media (prefers-color-scheme: dark) { :root { --fill: #6aa5e6; --warn: #f0a06a; --mark: #4a3b0c; --mark-text: #ffe08a; } }
body { max-width: 82rem; }
input[name="language"] { position: absolute; opacity: 0; pointer-events: none; }
.tabs { float: right; display: flex; border: 1px solid var(--line); border-radius: .4rem; overflow: hidden; }
.tabs label { padding: .25rem .8rem; cursor: pointer; }
#show-de:checked ~ .tabs label[for="show-de"], #show-en:checked ~ .tabs label[for="show-en"] { background: var(--fill); color: Canvas; }
#show-de:focus-visible ~ .tabs, #show-en:focus-visible ~ .tabs { outline: 2px solid var(--fill); outline-offset: 2px; }
#show-de:checked ~ main[lang="en"], #show-en:checked ~ main[lang="de"] { display: none; }
h1 { margin: 0 0 .2rem; font-size: 1.7rem; }
h2 { font-size: 1.25rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
h4 { font-size: .95rem; margin: 1.2rem 0 .3rem; }
.note { color: color-mix(in srgb, CanvasText 65%, Canvas); margin: .2rem 0; font-size: .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .7rem; margin: 1.2rem 0; }
.tiles div { background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; }
.tiles dt { font-size: .85rem; color: color-mix(in srgb, CanvasText 65%, Canvas); }
.tiles dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.warning { border-left: 4px solid var(--warn); padding: .2rem 1rem .8rem; background: var(--soft); }
.scroll { overflow-x: auto; }
table { min-width: min(100%, 36rem); font-size: .9rem; }
table.fields { width: 100%; }
td:not(.text) { white-space: nowrap; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: right; vertical-align: top; font-variant-numeric: tabular-nums; }
th { font-weight: 600; vertical-align: bottom; }
th.text, td.text { text-align: left; }
td.text { overflow-wrap: anywhere; min-width: 5.5rem; }
.scroll td.text:last-child { min-width: 12rem; }
code { background: var(--soft); border-radius: .2rem; padding: 0 .25rem; font-size: .85em; overflow-wrap: anywhere; }
.example { display: inline-block; margin-right: .5rem; }
.bar { width: 6rem; height: .6rem; vertical-align: middle; margin-right: .4rem; }
.share { white-space: nowrap; }
.track { fill: var(--line); }
.fill { fill: var(--fill); }
.histogram { width: 100%; max-width: 44rem; height: auto; }
.histogram text { fill: CanvasText; font-size: 12px; text-anchor: middle; }
.histogram text.axis { font-size: 11px; }
.histogram line { stroke: var(--line); }
.fields th { width: 18rem; text-align: left; vertical-align: top; font-weight: 400; }
.fields p { margin: 0 0 .2rem; }
.mark { display: inline-block; border-radius: .3rem; padding: 0 .5rem; background: var(--mark); color: var(--mark-text); font-size: .85rem; }
.mark.check { background: none; border: 1px solid var(--line); color: inherit; }
@media (max-width: 40rem) {
  .fields th, .fields td { display: block; width: auto; border-bottom: 0; }
  .fields td { border-bottom: 1px solid var(--line); padding-top: 0; }
}
@media print {
  :root { color-scheme: light; font-size: 11px; }
  body { margin: 0; max-width: none; }
  .tabs { display: none; }
  .scroll { overflow: visible; }
  tr, .tiles div, svg { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
