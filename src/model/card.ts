/** README.md of a model directory: a model card with the YAML head that model hubs read, filled from what the training told. */
import type { ModelConfig } from './config.ts';
import { modelCost } from './cost.ts';

type Provenance = Readonly<Record<string, unknown>>;

/**
 * `provenance` may carry `languages` (list of codes), `licence` (an identifier) and what a training writes: `phase`,
 * `recipe`, `weights`, `metrics`, `dataFacts`, `machine`, `watts`. What is missing is left out.
 */
export function renderModelCard(config: ModelConfig, provenance: Provenance): string {
  const languages = Array.isArray(provenance['languages']) ? provenance['languages'].map(String) : ['de'];
  const licence = typeof provenance['licence'] === 'string' ? provenance['licence'] : 'unknown';
  const { parameters } = modelCost(config);
  const sections = [trainingSection(provenance), dataSection(provenance)].filter((text) => text !== '');
  return `---
language: [${languages.map((code) => JSON.stringify(code)).join(', ')}]
license: ${JSON.stringify(licence)}
library_name: transformers
pipeline_tag: text-generation
tags: ["expchat", ${JSON.stringify(config.architecture)}]
---

# ${config.architecture === 'qwen3' ? 'Qwen3' : 'Llama'}-shaped language model of ${parameters.toLocaleString('en-US')} parameters

Trained from scratch with ExpChat. ${config.layers} layers of width ${config.width}, ${config.heads} query heads,
${config.keyValueHeads} key/value heads, mlp width ${config.mlpWidth}, vocabulary ${config.vocabularySize}, context ${config.context} tokens.

The model knows what stood in its training data and nothing else; it can be wrong, and it can repeat what it was trained on.
${sections.map((text) => `\n${text}\n`).join('')}
Where it comes from (data, tokenizer, code, figures) is in \`expchat.json\`; \`SHA256SUMS\` lists the hash of every file.
`;
}

function recordIn(value: unknown): Provenance {
  return typeof value === 'object' && value !== null ? (value as Provenance) : {};
}

/** Foreign words in a table: no cell ends early, nothing becomes markup. */
function cell(value: unknown): string {
  return String(value)
    .replaceAll(/[\n\r]+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|&]/g, '\\$&');
}

function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const significant = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });

function trainingSection(provenance: Provenance): string {
  const metrics = recordIn(provenance['metrics']);
  const validation = recordIn(metrics['validation']);
  const best = recordIn(metrics['best']);
  const recipe = recordIn(provenance['recipe']);
  const machine = recordIn(provenance['machine']);
  const { watts, phase } = provenance;
  const seconds = metrics['trainingSeconds'];
  const rows: [string, string][] = [];
  const add = (name: string, value: unknown, text: (value: number) => string): void => {
    if (typeof value === 'number' && Number.isFinite(value)) rows.push([name, text(value)]);
  };
  if (typeof phase === 'string') rows.push(['Last phase', phase === 'chat' ? 'chat training' : 'pretraining']);
  if (phase === 'chat' && typeof recipe['assistantOnly'] === 'boolean') {
    rows.push(['Learned from', recipe['assistantOnly'] ? 'the words of the assistant' : 'every word of the dialogues']);
  }
  add('Steps', metrics['step'], whole);
  add('Skipped steps', metrics['skippedSteps'] || undefined, whole);
  add('Tokens seen', metrics['tokensSeen'], whole);
  add('Batch, rows', recipe['batch'], whole);
  add('Context, tokens', recipe['context'], whole);
  add('Highest learning rate', recordIn(recipe['schedule'])['peak'], significant);
  add('Seed', recipe['seed'], String);
  add('Weights', recipe['averageSteps'], (steps) => weightsRow(provenance['weights'], steps));
  add('Training loss, nats per token', metrics['lossNats'], significant);
  add('Validation loss, nats per token', validation['lossNats'], significant);
  add('Validation, bits per byte', validation['bitsPerByte'], significant);
  add('Best validation loss', best['lossNats'], (value) => `${significant(value)} at step ${best['step']}`);
  add('Training time, seconds', seconds, whole);
  if (typeof machine['processor'] === 'string') {
    rows.push(['Machine', `${machine['processor']}, ${machine['cores']} cores, ${machine['platform']}`]);
  }
  if (typeof seconds === 'number' && typeof watts === 'number') {
    rows.push(['Energy, estimated', `${significant((seconds * watts) / 3600)} Wh at an assumed ${watts} W`]);
  }
  return rows.length === 0 ? '' : `## Training\n\n${table(['', ''], rows)}`;
}

/** `kind`: `averaged` or `raw`, in a training that averages over about `steps` updates. */
function weightsRow(kind: unknown, steps: number): string {
  return kind === 'averaged'
    ? `average over about the last ${whole(steps)} updates`
    : 'of the last update, not averaged';
}

function dataSection(provenance: Provenance): string {
  const facts = recordIn(provenance['dataFacts']);
  const { sources, sourceCount, documents, tokens, textBytes } = facts;
  if (!Array.isArray(sources) || typeof documents !== 'number' || typeof tokens !== 'number') return '';
  const rows = sources.map((source) => {
    const { id, licence, documents: count, tokens: size } = recordIn(source);
    return [id, licence, whole(Number(count)), whole(Number(size))];
  });
  const more = Number(sourceCount) - sources.length;
  const bytes = typeof textBytes === 'number' ? `, ${whole(textBytes)} bytes of text` : '';
  return `## Data

Last phase: ${whole(documents)} documents, ${whole(tokens)} tokens${bytes}${more > 0 ? `; the ${sources.length} largest of ${whole(Number(sourceCount))} sources` : ''}.

${table(['Source', 'Licence', 'Documents', 'Tokens'], rows)}`;
}
