/**
 * The sections and keys of `expchat.yaml`: for each key its kind, range and default, in one table. It knows no file, no
 * flag and no language; `config.ts` reads values, `texts/` says in words what was expected.
 */
import { z } from 'zod';
import { FILTER_DEFAULTS, type FilterSettings } from '../corpus/index.ts';
import { MAXIMUM_DEPTH } from '../train/index.ts';
import {
  boolean,
  choice,
  choiceOrInteger,
  type Expectation,
  expectations,
  expecting,
  integer,
  number,
  text,
  texts,
} from './expectations.ts';
import { filterExpectation, filterSchema } from './filter-schema.ts';
import { source, sourceExpectation } from './source-schema.ts';

export type { Expectation } from './expectations.ts';
export { keysWithin, type SourceSettings, sourceKeys } from './source-schema.ts';

const corpus = {
  /** Where documents come from: folders, files, archives, tables, mail and web addresses. */
  sources: expecting(z.array(source).max(100_000), { kind: 'list' }),
  /** Of documents that do not name their language: whose measures judge them; `any` judges them by none. */
  language: choice('de', 'en', 'any'),
  /** Thresholds of the filter; what is left out keeps its default. */
  filter: expecting(filterSchema as z.ZodType<FilterSettings>, { kind: 'section' }),
  /** Files of evaluation questions (JSONL, CSV, TXT) that no document may hold. */
  decontaminate: texts(1000, 4096),
  /** What becomes of a document that holds one. */
  contaminated: choice('drop', 'report'),
  /** Share of the bytes held back for validation, by whole sources. */
  validationShare: number(0, 0.5),
  /** Share of the bytes held back for testing, seen by nothing before it; 0 is none. */
  testShare: number(0, 0.4),
  splitSeed: integer(0, 2 ** 32 - 1),
  /** The company's mail addresses and domains: who writes from them is the assistant in dialogues made of mails. */
  ownAddresses: texts(1000, 254),
  /** Whether unencrypted http:// addresses may be fetched. */
  allowHttp: boolean(),
  maximumFileMegabytes: integer(1, 65_536),
  /** Hosts of the own network, as host or host:port, whose private addresses may be fetched from; otherwise none. */
  allowPrivate: texts(1000, 300),
  /** The company's proxy, http://host:port; with a user name and a password better in EXPCHAT_CORPUS_PROXY. */
  proxy: text(2000, /^(?:https?:\/\/\S+)?$/, 'http:// https://'),
  /** Hosts that are reached without the proxy. */
  proxyExceptions: texts(1000, 300),
  /** File with the company's own certificates (PEM), trusted beside the usual ones. */
  certificates: text(4096, /^.*$/),
  /** File with a secret: of it and a value its placeholder is made, the same in all documents. Never the secret itself. */
  placeholderSecretFile: text(4096, /^.*$/),
};

const tokenizer = {
  /** Tokens with the special tokens counted. */
  vocabularySize: integer(262, 262_144),
  minimumFrequency: integer(1, 1_000_000),
};

const model = {
  /**
   * The whole recipe by one number: `auto` takes the best depth for `pretrain.minutes` on this machine. What is set by hand
   * stays. `off`: the keys below hold.
   */
  depth: choiceOrInteger(['off', 'auto'], 1, MAXIMUM_DEPTH),
  architecture: choice('qwen3', 'llama'),
  layers: integer(1, 256),
  width: integer(8, 16_384),
  heads: integer(1, 256),
  keyValueHeads: integer(1, 256),
  headWidth: integer(2, 1024),
  mlpWidth: integer(8, 65_536),
  /** Tokens the model sees at once. */
  context: integer(8, 1_048_576),
  ropeTheta: number(1, 1e9),
  tiedEmbeddings: boolean(),
  activation: choice('silu', 'gelu_pytorch_tanh'),
};

const phase = {
  /** Optimizer steps. */
  steps: integer(1, 100_000_000),
  /** Sequences in a step. */
  batch: integer(1, 65_536),
  /** Sequences of a step are computed in this many parts. */
  accumulation: integer(1, 65_536),
  /** Layers are computed again in the backward pass instead of being kept: less memory, more time, the same weights. */
  recompute: boolean(),
  /** A time budget in place of steps; 0 is none. */
  minutes: number(0, 1_000_000),
  /** Tokens of a sequence, at most the model's context; 0 is the model's context. */
  context: integer(0, 1_048_576),
  learningRate: number(1e-8, 1),
  schedule: choice('cosine', 'trapezoid', 'constant'),
  warmupSteps: integer(0, 100_000_000),
  /** The learning rate at the end, as a share of the highest. */
  finalShare: number(0, 1),
  /** `muon` for the matrices inside the layers and AdamW for the rest, or `adamw` for all. */
  optimizer: choice('muon', 'adamw'),
  weightDecay: number(0, 10),
  beta1: number(0, 0.99999),
  beta2: number(0, 0.99999),
  clip: number(1e-6, 1e9),
  /** Share of what each branch adds to the residual stream that is left out in training. */
  dropout: number(0, 0.9),
  /** Share of attention probabilities that is left out in training. */
  attentionDropout: number(0, 0.9),
  /** Chance that a sequence skips a branch of the last layer in training; earlier layers skip less. */
  stochasticDepth: number(0, 0.9),
  gradScaler: boolean(),
  /** Steps between two validations; 0 is never. */
  validationEvery: integer(0, 100_000_000),
  checkpointEvery: integer(1, 100_000_000),
  keepCheckpoints: integer(1, 10_000),
  /** The phase ends early after so many validations without a better one; 0 is never. */
  patience: integer(0, 100_000_000),
  /** The model is the average of the weights over about so many of the last steps; 0 is none. */
  averageSteps: integer(0, 100_000),
  seed: integer(0, 2 ** 32 - 1),
};

const chat = {
  ...phase,
  /** Only the assistant's words are learned, else every word of the dialogues. Validation is on the assistant's in either case. */
  assistantOnly: boolean(),
};

/** Reserved for the server; checked, not used yet. */
const serve = {
  host: text(253),
  port: integer(0, 65_535),
};

const machine = {
  /** Power that the whole machine takes while it trains: an assumption, for estimates of energy. */
  watts: number(1, 1_000_000),
  /** Whether a training is refused whose memory, as estimated, is not there. */
  memoryCheck: boolean(),
};

const shapes = { corpus, tokenizer, model, pretrain: phase, chat, serve, machine };

type Values<T extends Record<string, z.ZodType>> = { -readonly [K in keyof T]: z.infer<T[K]> };
export type SectionName = keyof typeof shapes;
export type Settings = { -readonly [K in SectionName]: Values<(typeof shapes)[K]> };
export type PhaseSettings = Settings['pretrain'];

const defaultPhase: PhaseSettings = {
  steps: 2000,
  batch: 8,
  accumulation: 1,
  recompute: false,
  minutes: 0,
  context: 0,
  learningRate: 1e-3,
  schedule: 'cosine',
  warmupSteps: 100,
  finalShare: 0.1,
  optimizer: 'muon',
  weightDecay: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  clip: 1,
  dropout: 0,
  attentionDropout: 0,
  stochasticDepth: 0,
  gradScaler: false,
  validationEvery: 250,
  checkpointEvery: 250,
  keepCheckpoints: 3,
  patience: 0,
  averageSteps: 0,
  seed: 42,
};

export const defaultSettings: Settings = {
  corpus: {
    sources: [],
    language: 'de',
    filter: FILTER_DEFAULTS,
    decontaminate: [],
    contaminated: 'drop',
    validationShare: 0.1,
    testShare: 0,
    splitSeed: 42,
    ownAddresses: [],
    allowHttp: false,
    maximumFileMegabytes: 1024,
    allowPrivate: [],
    proxy: '',
    proxyExceptions: [],
    certificates: '',
    placeholderSecretFile: '',
  },
  tokenizer: { vocabularySize: 8192, minimumFrequency: 2 },
  model: {
    depth: 'off',
    architecture: 'qwen3',
    layers: 6,
    width: 384,
    heads: 6,
    keyValueHeads: 2,
    headWidth: 64,
    mlpWidth: 1024,
    context: 256,
    ropeTheta: 10_000,
    tiedEmbeddings: true,
    activation: 'silu',
  },
  pretrain: { ...defaultPhase },
  chat: {
    ...defaultPhase,
    steps: 1000,
    learningRate: 8e-4,
    warmupSteps: 0,
    finalShare: 0,
    assistantOnly: true,
  },
  serve: { host: '127.0.0.1', port: 8080 },
  machine: { watts: 65, memoryCheck: true },
};

function optionalShape<T extends Record<string, z.ZodType>>(shape: T) {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
}

/** A settings file: every section and key may be left out, none may be added. */
export const fileSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, z.strictObject(optionalShape(shape)).optional()]),
  ),
);

/** The keys that say the size of a model; where none of them is set by hand, the model is left to the dial. */
export const SIZE_KEYS = ['layers', 'width', 'heads', 'keyValueHeads', 'headWidth', 'mlpWidth'] as const;

export const sectionNames = Object.keys(shapes) as SectionName[];

export function keysOf(section: SectionName): string[] {
  return Object.keys(shapes[section]);
}

/** The schema of one key such as `model.width`, or undefined where there is no such key. */
export function schemaOf(section: string, key: string): z.ZodType | undefined {
  if (!Object.hasOwn(shapes, section)) return undefined;
  const shape = shapes[section as SectionName] as Record<string, z.ZodType>;
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** What is expected at a path of the settings file. */
export function expectationAt(path: readonly (string | number)[]): Expectation {
  const [section, key, index, ...below] = path;
  if (section === undefined || key === undefined) return { kind: 'section' };
  const schema = schemaOf(String(section), String(key));
  if (schema === undefined) return { kind: 'section' };
  if (key === 'filter') return filterExpectation(path.slice(2)) ?? { kind: 'section' };
  if (index === undefined || key !== 'sources') return expectations.get(schema) ?? { kind: 'section' };
  return sourceExpectation(below);
}
