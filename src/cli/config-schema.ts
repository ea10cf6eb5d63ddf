/**
 * The sections and keys of `expchat.yaml`: for each key its kind, range and default, in one table. It knows no file, no
 * flag and no language; `config.ts` reads values, `texts/` says in words what was expected.
 */
import { z } from 'zod';

/** What a key accepts, in a form that every language can put into words. */
export type Expectation =
  | { readonly kind: 'integer' | 'number'; readonly low: number; readonly high: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'text'; readonly maximum: number; readonly form?: string }
  | { readonly kind: 'list' | 'section' | 'source' }
  | { readonly kind: 'rule'; readonly rule: string };

const expectations = z.registry<Expectation>();

function expecting<T extends z.ZodType>(schema: T, expectation: Expectation): T {
  expectations.add(schema, expectation);
  return schema;
}

const integer = (low: number, high: number) =>
  expecting(z.number().int().min(low).max(high), { kind: 'integer', low, high });
const number = (low: number, high: number) => expecting(z.number().min(low).max(high), { kind: 'number', low, high });
const boolean = () => expecting(z.boolean(), { kind: 'boolean' });
const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  expecting(z.enum(values), { kind: 'choice', values });
const text = (maximum: number, pattern?: RegExp, form?: string) =>
  expecting(pattern === undefined ? z.string().min(1).max(maximum) : z.string().max(maximum).regex(pattern), {
    kind: 'text',
    maximum,
    ...(form === undefined ? {} : { form }),
  });

const source = expecting(
  z
    .strictObject({
      id: text(100, /^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'A-Z a-z 0-9 _ . -'),
      path: text(4096).optional(),
      url: text(2000, /^https?:\/\//, 'http:// https://').optional(),
      /** What the files hold: documents, or dialogues as JSONL of `messages`. */
      content: choice('text', 'chat').optional(),
      /** What of a folder stays on one side of the split: the whole, each folder, or each file (the default). */
      sourcePer: choice('whole', 'folder', 'file').optional(),
      /** Which files of a folder, as globs; otherwise every file of a known type. */
      include: expecting(z.array(z.string().min(1).max(1000)).max(1000), { kind: 'list' }).optional(),
      licence: text(200).optional(),
    })
    .refine((entry) => (entry.path === undefined) !== (entry.url === undefined)),
  { kind: 'source' },
);

const corpus = {
  /** Where documents come from: folders, files and web addresses. */
  sources: expecting(z.array(source).max(100_000), { kind: 'list' }),
  /** `de` judges long documents by the measures of German web text; the others drop only what is empty or a duplicate. */
  language: choice('de', 'en', 'any'),
  /** Share of the bytes held back for validation, by whole sources. */
  validationShare: number(0, 0.5),
  /** Share of the bytes held back for testing, seen by nothing before it; 0 is none. */
  testShare: number(0, 0.4),
  splitSeed: integer(0, 2 ** 32 - 1),
  /** The company's mail addresses and domains: who writes from them is the assistant in dialogues made of mails. */
  ownAddresses: expecting(z.array(z.string().min(1).max(254)).max(1000), { kind: 'list' }),
  /** Whether unencrypted http:// addresses may be fetched. */
  allowHttp: boolean(),
  maximumFileMegabytes: integer(1, 65_536),
};

const tokenizer = {
  /** Tokens with the special tokens counted. */
  vocabularySize: integer(262, 262_144),
  minimumFrequency: integer(1, 1_000_000),
};

const model = {
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
  seed: integer(0, 2 ** 32 - 1),
};

const chat = { ...phase, /** Only what the assistant says is learned. */ assistantOnly: boolean() };

/** Reserved for the server; checked, not used yet. */
const serve = {
  host: text(253),
  port: integer(0, 65_535),
};

const shapes = { corpus, tokenizer, model, pretrain: phase, chat, serve };

type Values<T extends Record<string, z.ZodType>> = { -readonly [K in keyof T]: z.infer<T[K]> };
export type SectionName = keyof typeof shapes;
export type Settings = { -readonly [K in SectionName]: Values<(typeof shapes)[K]> };
export type SourceSettings = Settings['corpus']['sources'][number];
export type PhaseSettings = Settings['pretrain'];

const defaultPhase: PhaseSettings = {
  steps: 2000,
  batch: 8,
  accumulation: 1,
  minutes: 0,
  context: 0,
  learningRate: 1e-3,
  schedule: 'cosine',
  warmupSteps: 100,
  finalShare: 0.1,
  optimizer: 'adamw',
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
  seed: 42,
};

export const defaultSettings: Settings = {
  corpus: {
    sources: [],
    language: 'de',
    validationShare: 0.1,
    testShare: 0,
    splitSeed: 42,
    ownAddresses: [],
    allowHttp: false,
    maximumFileMegabytes: 512,
  },
  tokenizer: { vocabularySize: 8192, minimumFrequency: 2 },
  model: {
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

export const sourceKeys = Object.keys(source.shape);

/** What is expected at a path of the settings file. */
export function expectationAt(path: readonly (string | number)[]): Expectation {
  const [section, key, index, sourceKey] = path;
  if (section === undefined || key === undefined) return { kind: 'section' };
  const schema = schemaOf(String(section), String(key));
  if (schema === undefined) return { kind: 'section' };
  if (index === undefined) return expectations.get(schema) ?? { kind: 'section' };
  if (sourceKey === undefined) return { kind: 'source' };
  const field = (source.shape as Record<string, z.ZodType>)[String(sourceKey)];
  const inner = field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType) : field;
  return (inner && expectations.get(inner)) ?? { kind: 'source' };
}
