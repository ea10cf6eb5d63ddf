/** The look of the page about runs, light and dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2126; --quiet: #68717a; --rule: #d9dee3; --card: #f6f8fa; --warn: #b45309;
  font: 14px/1.45 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e3e7ea; --quiet: #98a2ab; --rule: #30363c; --card: #1b2024; --warn: #f0a95a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); }
header { display: flex; gap: 1rem; align-items: baseline; padding: .7rem 1.2rem; border-bottom: 1px solid var(--rule); }
h1 { font-size: 1.1rem; margin: 0; } h2 { font-size: .95rem; margin: 1.6rem 0 .5rem; }
#lost { color: var(--warn); }
#layout { display: grid; grid-template-columns: 15rem minmax(0, 1fr); }
nav { padding: .8rem 1rem; border-right: 1px solid var(--rule); min-height: calc(100vh - 3rem); }
nav label { display: grid; grid-template-columns: auto auto 1fr; gap: .45rem; align-items: center; padding: .25rem 0; cursor: pointer; overflow-wrap: anywhere; }
nav small { grid-column: 3; color: var(--quiet); }
.swatch { width: .8rem; height: .8rem; border-radius: 2px; background: var(--rule); }
main { padding: .4rem 1.4rem 3rem; min-width: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem 1.4rem; }
.chart.wide { grid-column: 1 / -1; }
.chart h2 { margin: .6rem 0 .2rem; }
.chart[hidden] { display: none; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .15rem 1.2rem .15rem 0; border-bottom: 1px solid var(--rule); font-variant-numeric: tabular-nums; }
th { font-weight: 600; } thead th { color: var(--quiet); }
.notice { border-left: 4px solid var(--warn); background: var(--card); padding: .35rem .8rem; margin: .4rem 0; }
.samples { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: .8rem; }
.sample { background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.sample b { display: block; margin-bottom: .3rem; } .sample em { color: var(--warn); display: block; }
.steps { display: flex; gap: .8rem; align-items: center; margin: .3rem 0 .7rem; } .steps input { flex: 1; max-width: 30rem; }
.quiet { color: var(--quiet); }
.u-legend { font-size: 12px; } .u-legend.u-inline .u-series > * { padding: 2px 4px; }
@media (max-width: 46rem) { #layout { grid-template-columns: 1fr; } nav { min-height: 0; border-right: 0; border-bottom: 1px solid var(--rule); }
  .charts { grid-template-columns: 1fr; } }
`;
