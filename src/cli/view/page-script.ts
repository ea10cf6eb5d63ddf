/**
 * What the page about runs does in the browser: asks for the runs every two seconds and draws those that are chosen. Plain
 * JavaScript without a build; what comes from runs goes into the page as text, never as markup.
 */
export const PAGE_SCRIPT = `
'use strict';
const words = JSON.parse(document.getElementById('words').textContent);
const COLOURS = ['#2f7fd1', '#d9622b', '#2e9e6b', '#9a5fd0', '#c9a227', '#d14d8b', '#3aa6b9', '#8a7a5c'];
const REFRESH_MS = 2000;
const CHARTS = [
  { title: words.axes.nats, wide: true, curves: [['loss', words.legend.training, 1, 0.45], ['validation', words.legend.validation, 2, 1]] },
  { title: words.facts.bitsPerByte, curves: [['bitsPerByte', '', 2, 1]] },
  { title: words.facts.learningRate, curves: [['learningRate', '', 1.5, 1]] },
  { title: words.facts.gradientNorm, curves: [['gradientNorm', '', 1, 1]] },
  { title: words.facts.speed, curves: [['speed', '', 1, 1]] },
];
const state = { list: [], chosen: undefined, runs: new Map(), colours: new Map(), steps: new Map() };
const place = (id) => document.getElementById(id);

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function colourOf(name) {
  if (!state.colours.has(name)) state.colours.set(name, COLOURS[state.colours.size % COLOURS.length]);
  return state.colours.get(name);
}

async function ask(address) {
  const response = await fetch(address, { cache: 'no-store' });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

/** At first: what the address names, or what runs now, or what was begun last. */
function firstChoice() {
  const named = decodeURIComponent(location.hash.slice(1)).split(',');
  const known = state.list.map((run) => run.name).filter((name) => named.includes(name));
  if (known.length > 0) return new Set(known);
  const running = state.list.filter((run) => run.status === 'running');
  const newest = [...state.list].sort((a, b) => (a.started < b.started ? 1 : -1)).slice(0, 1);
  return new Set((running.length > 0 ? running : newest).map((run) => run.name));
}

async function refresh() {
  try {
    state.list = (await ask('/runs.json')).runs;
    state.chosen ??= state.list.length > 0 ? firstChoice() : undefined;
    for (const { name, status } of state.list) {
      if (!state.chosen.has(name)) continue;
      const known = state.runs.get(name);
      if (known === undefined || status === 'running' || known.status !== status) {
        state.runs.set(name, await ask('/run.json?name=' + encodeURIComponent(name)));
      }
    }
    place('lost').textContent = '';
    draw();
  } catch {
    place('lost').textContent = words.lost;
  }
  setTimeout(refresh, REFRESH_MS);
}

function draw() {
  drawList();
  const shown = state.list.filter(({ name }) => state.chosen?.has(name) && state.runs.has(name)).map(({ name }) => state.runs.get(name));
  place('hint').textContent = state.list.length === 0 ? words.empty : shown.length === 0 ? words.chooseOne : '';
  for (const chart of charts) chart.update(shown);
  drawFacts(shown);
  drawNotices(shown);
  drawSamples(shown);
}

function drawList() {
  place('runs').replaceChildren(
    ...state.list.map(({ name, status, progress }) => {
      const box = element('input', { type: 'checkbox', checked: state.chosen.has(name) });
      box.addEventListener('change', () => {
        if (box.checked) state.chosen.add(name);
        else state.chosen.delete(name);
        state.runs.delete(name);
        history.replaceState(null, '', '#' + encodeURIComponent([...state.chosen].join(',')));
        if (box.checked) ask('/run.json?name=' + encodeURIComponent(name)).then((run) => { state.runs.set(name, run); draw(); });
        else draw();
      });
      const swatch = element('span', { className: 'swatch' });
      if (box.checked) swatch.style.background = colourOf(name);
      const percent = status === 'finished' ? '' : ' ' + Math.round(progress * 100) + ' %';
      return element('label', {}, box, swatch, element('span', { textContent: name }), element('small', { textContent: words.status[status] + percent }));
    }),
  );
}

function drawFacts(shown) {
  const names = [...new Set(shown.flatMap(({ facts }) => facts.map(([name]) => name)))];
  const rows = names.map((name) =>
    element('tr', {}, element('th', { textContent: name, scope: 'row' }), ...shown.map(({ facts }) => element('td', { textContent: (facts.find(([each]) => each === name) ?? [])[1] ?? '' }))),
  );
  place('facts').replaceChildren(...rows);
  place('facts-title').hidden = shown.length === 0;
}

function drawNotices(shown) {
  const notices = shown.flatMap(({ name, notices }) => notices.map(({ step, text }) => ({ name, step, text })));
  place('notices').replaceChildren(
    ...notices.map(({ name, step, text }) => element('p', { className: 'notice', textContent: name + ', ' + words.samples.step + ' ' + step + ': ' + text })),
  );
  place('notices-title').hidden = notices.length === 0;
}

function drawSamples(shown) {
  const groups = shown.filter(({ samples }) => samples.length > 0).map((run) => {
    const steps = [...new Set(run.samples.map(({ step }) => step))];
    // Without a choice of the reader's the newest ones are shown, also when newer ones come.
    const at = steps.includes(state.steps.get(run.name)) ? steps.indexOf(state.steps.get(run.name)) : steps.length - 1;
    const slider = element('input', { type: 'range', min: 0, max: steps.length - 1, value: at });
    slider.setAttribute('aria-label', words.samples.step);
    slider.addEventListener('input', () => {
      const index = Number(slider.value);
      if (index === steps.length - 1) state.steps.delete(run.name);
      else state.steps.set(run.name, steps[index]);
      fill(index);
    });
    const label = element('span', { className: 'quiet' });
    const cards = element('div', { className: 'samples' });
    const fill = (index) => {
      label.textContent = words.samples.step + ' ' + steps[index];
      cards.replaceChildren(
        ...run.samples.filter(({ step }) => step === steps[index]).map(({ prompt, text, verbatimTokens, source }) => {
          const card = element('div', { className: 'sample' }, element('b', { textContent: prompt === '' ? words.samples.beginning : prompt }), text);
          if (verbatimTokens > 0) card.append(element('em', { textContent: verbatimTokens + ' ' + words.samples.verbatim + ' ' + (source ?? words.unknown) }));
          return card;
        }),
      );
    };
    fill(at);
    return element('section', {}, element('div', { className: 'steps' }, element('strong', { textContent: run.name }), slider, label), cards);
  });
  // A slider in use must not be taken from under the hand.
  if (place('samples').contains(document.activeElement)) return;
  place('samples').replaceChildren(...groups);
  place('samples-title').hidden = groups.length === 0;
}

class Chart {
  constructor({ title, wide, curves }) {
    this.curves = curves;
    this.body = element('div', {});
    this.box = element('section', { className: wide ? 'chart wide' : 'chart', hidden: true }, element('h2', { textContent: title }), this.body);
    this.height = wide ? 320 : 190;
    place('charts').append(this.box);
    new ResizeObserver(() => this.resize()).observe(this.box);
  }

  resize() {
    if (this.plot !== undefined && this.box.clientWidth > 0) this.plot.setSize({ width: this.box.clientWidth, height: this.height });
  }

  update(shown) {
    const lines = shown.flatMap((run) => this.curves.map(([key, label, width, alpha]) => ({ run, key, label, width, alpha })))
      .filter(({ run, key }) => run.curves[key].steps.length > 0);
    this.box.hidden = lines.length === 0;
    if (lines.length === 0) return;
    const data = uPlot.join(lines.map(({ run, key }) => [run.curves[key].steps, run.curves[key].values]));
    const shape = JSON.stringify([lines.map(({ run, key }) => [run.name, key]), matchMedia('(prefers-color-scheme: dark)').matches]);
    if (shape === this.shape) return this.plot.setData(data);
    this.shape = shape;
    this.plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue('--quiet').trim();
    const rule = style.getPropertyValue('--rule').trim();
    const axis = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
    const short = (value) => (value === null || value === undefined ? '–' : Math.abs(value) >= 1000 ? Math.round(value).toLocaleString(words.language) : Number(value).toLocaleString(words.language, { maximumSignificantDigits: 4 }));
    const series = lines.map(({ run, key, label, width, alpha }) => ({
      label: [shown.length > 1 || label === '' ? run.name : '', label].filter((part) => part !== '').join(' '),
      stroke: colourOf(run.name),
      width,
      alpha,
      spanGaps: true,
      dash: key === 'validation' ? [6, 3] : undefined,
      points: { show: run.curves[key].steps.length < 40, size: 5 },
      value: (_, value) => short(value),
    }));
    const options = {
      width: Math.max(200, this.box.clientWidth),
      height: this.height,
      scales: { x: { time: false } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map(short) }, { ...axis, size: 64, values: (_, ticks) => ticks.map(short) }],
      series: [{ label: words.axes.steps, value: (_, value) => short(value) }, ...series],
      cursor: { sync: { key: 'runs' } },
    };
    this.plot = new uPlot(options, data, this.body);
  }
}

const charts = CHARTS.map((each) => new Chart(each));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
refresh();
`;
