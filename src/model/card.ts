/** README.md of a model directory: a model card with the YAML head that model hubs read. */
import type { ModelConfig } from './config.ts';
import { modelCost } from './cost.ts';

/** `provenance` may carry `languages` (list of codes) and `licence` (an identifier); without them the card says so. */
export function renderModelCard(config: ModelConfig, provenance: Readonly<Record<string, unknown>>): string {
  const languages = Array.isArray(provenance['languages']) ? provenance['languages'].map(String) : ['de'];
  const licence = typeof provenance['licence'] === 'string' ? provenance['licence'] : 'unknown';
  const { parameters } = modelCost(config);
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
Where it comes from (data, tokenizer, code, figures) is in \`expchat.json\`; \`SHA256SUMS\` lists the hash of every file.
`;
}
