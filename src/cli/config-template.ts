/**
 * The commented `expchat.yaml` that `expchat init` writes, in the person's language. Its values are the defaults; what the dial
 * would find is commented out, so that `--minutes` and `--depth` find it.
 */
import { stringify } from 'yaml';
import { defaultSettings, keysOf, type SectionName, SIZE_KEYS } from './config-schema.ts';
import type { Texts } from './texts/index.ts';

/** Keys that the dial finds where they are not set by hand: shown with their defaults, as comments. */
const LEFT_TO_THE_DIAL: Readonly<Partial<Record<SectionName, readonly string[]>>> = {
  model: [...SIZE_KEYS, 'context', 'depth'],
  pretrain: ['steps', 'minutes', 'batch', 'learningRate', 'optimizer'],
  chat: ['batch', 'learningRate'],
};

/** Keys worth showing; the rest keep their defaults and are listed by `expchat config show`. */
const SHOWN: Readonly<Record<Exclude<SectionName, 'serve' | 'machine'>, readonly string[]>> = {
  corpus: [
    'language',
    'validationShare',
    'testShare',
    'allowHttp',
    'allowPrivate',
    'proxy',
    'certificates',
    'placeholderSecretFile',
  ],
  tokenizer: ['vocabularySize'],
  model: ['architecture', 'depth', 'layers', 'width', 'heads', 'keyValueHeads', 'headWidth', 'mlpWidth', 'context'],
  pretrain: [
    'minutes',
    'steps',
    'batch',
    'learningRate',
    'optimizer',
    'validationEvery',
    'checkpointEvery',
    'averageSteps',
    'seed',
  ],
  chat: ['steps', 'batch', 'learningRate', 'assistantOnly'],
};

export function renderConfigTemplate(texts: Texts, documents: string): string {
  const words = texts.template;
  const lines: string[] = words.heading.map((line) => `# ${line}`);
  for (const section of Object.keys(SHOWN) as (keyof typeof SHOWN)[]) {
    lines.push('', `# ${words.sections[section]}`, `${section}:`);
    if (section === 'corpus') {
      lines.push(
        `  # ${words.sources}`,
        '  sources:',
        `    - id: ${words.sourceId}`,
        `      path: ${stringify(documents).trimEnd()}`,
        `    # - id: ${words.webSourceId}`,
        '    #   url: https://www.example.com/handbuch.html',
        `    # - id: ${words.chatSourceId}`,
        '    #   path: ./dialoge.jsonl',
        '    #   content: chat',
        `    # - id: ${words.archiveSourceId}`,
        '    #   path: ./handbuecher.zip',
        `    # - id: ${words.tableSourceId}`,
        '    #   path: ./fragen.csv',
        '    #   content: chat',
        '    #   columns: { question: Frage, answer: Antwort }',
        `    # - id: ${words.presetSourceId}`,
        '    #   preset: gutenberg',
        ...words.sourceKeys.map((line) => `    # ${line}`),
      );
    }
    for (const key of SHOWN[section].filter((name) => keysOf(section).includes(name))) {
      const comment = (words.keys as Record<string, string>)[key];
      const value = (defaultSettings[section] as Record<string, unknown>)[key];
      const mark = LEFT_TO_THE_DIAL[section]?.includes(key) ? '# ' : '';
      lines.push(`  ${mark}${key}: ${stringify(value).trimEnd()}${comment === undefined ? '' : `  # ${comment}`}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
