/** One entry of `corpus.sources`: its keys, their ranges and which of them go together. It knows no file and no language. */
import { z } from 'zod';
import {
  CONTENT_KINDS,
  inferKind,
  PERSONAL_DATA_POLICIES,
  PRESET_NAMES,
  SOURCE_KINDS,
  SOURCE_PRESETS,
  SOURCE_PROFILES,
  type SourceSpec,
  sourceFault,
  TABLE_COLUMNS,
} from '../corpus/index.ts';
import { choice, type Expectation, expectations, expecting, integer, number, text, texts } from './expectations.ts';

const address = () => text(2000, /^https?:\/\//, 'http:// https://');

const columns = z.strictObject(
  Object.fromEntries(TABLE_COLUMNS.map((name) => [name, text(200).optional()])) as {
    [K in (typeof TABLE_COLUMNS)[number]]: z.ZodOptional<z.ZodString>;
  },
);

const caps = z.strictObject({
  /** Members of the archive, wanted or not. */
  entries: integer(1, 10_000_000).optional(),
  /** All members after unpacking. */
  megabytes: integer(1, 1_000_000).optional(),
  /** Unpacked bytes for each packed byte. */
  ratio: integer(1, 10_000).optional(),
});

const shape = {
  id: text(100, /^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'A-Z a-z 0-9 _ . -'),
  /** A ready source by name, in place of an own one; `expchat corpus presets` lists them. */
  preset: choice(...PRESET_NAMES).optional(),
  /** What it is, where path or url do not say it. */
  kind: choice(...SOURCE_KINDS).optional(),
  path: text(4096).optional(),
  url: address().optional(),
  urls: expecting(z.array(address()).min(1).max(100_000), { kind: 'texts' }).optional(),
  /** Address of a sitemap, whose pages are fetched. */
  sitemap: address().optional(),
  maximumPages: integer(1, 1_000_000).optional(),
  /** Which files of a folder, members of an archive or pages of a sitemap, as globs; otherwise every known type. */
  include: texts(1000, 1000).optional(),
  exclude: texts(1000, 1000).optional(),
  /** What of many files stays on one side of the split: the whole, each folder, or each file (the default, but for mail threads). */
  sourcePer: choice('whole', 'folder', 'file').optional(),
  /** What the files hold: documents, dialogues, pages of questions and answers, or mail threads as dialogues. */
  content: choice(...CONTENT_KINDS).optional(),
  /** Names of the columns of a table. */
  columns: expecting(columns, { kind: 'section' }).optional(),
  caps: expecting(caps, { kind: 'section' }).optional(),
  /** `ignore`: the owner offers the address for download, so robots.txt is not asked. */
  robots: choice('obey', 'ignore').optional(),
  licence: text(200).optional(),
  /** What the data is used for. */
  purpose: text(500).optional(),
  /** On what ground it may be used. */
  legalBasis: text(500).optional(),
  /** After this day the source is refused. */
  retainUntil: text(10, /^\d{4}-\d{2}-\d{2}$/, 'YYYY-MM-DD').optional(),
  /** How often the source counts in packing, 1 where not said. */
  weight: number(0.01, 100).optional(),
  /** What happens to personal data that is found. */
  personalData: choice(...PERSONAL_DATA_POLICIES).optional(),
  /** `web` is judged by the measures of web text, `own` gently, as a company's own documents. */
  profile: choice(...SOURCE_PROFILES).optional(),
};

const entry = z.strictObject(shape);
export type SourceSettings = z.infer<typeof entry>;

const PLACES = ['path', 'url', 'urls', 'sitemap', 'preset'] as const;
/** What a preset says itself. */
const OF_PRESET = ['kind', 'maximumPages', 'columns', 'content', 'caps', 'robots'] as const;

type Wrong = readonly [key: string | undefined, rule?: string];

function wrongIn(source: SourceSettings): Wrong | undefined {
  if (PLACES.filter((key) => source[key] !== undefined).length !== 1) return [undefined];
  if (source.preset !== undefined) {
    const own = OF_PRESET.find((key) => source[key] !== undefined);
    return own === undefined ? undefined : [own, `no ${own} beside preset, which says it itself`];
  }
  return sourceFault(specOf(source));
}

/**
 * The source as the corpus takes it, without its id; whether a path is a file or a folder only the disk says. What an entry
 * says beside a preset goes before what the preset says.
 */
export function specOf(source: SourceSettings): Omit<SourceSpec, 'id'> {
  const { id: _id, preset, caps: limits, kind, ...rest } = source;
  const ready = preset === undefined ? undefined : SOURCE_PRESETS[preset].spec;
  const spec = { ...ready, ...rest, kind: ready?.kind ?? kind ?? inferKind(source) };
  const archive = {
    ...(limits?.entries === undefined ? {} : { entries: limits.entries }),
    ...(limits?.megabytes === undefined ? {} : { totalBytes: limits.megabytes * 2 ** 20 }),
    ...(limits?.ratio === undefined ? {} : { ratio: limits.ratio }),
  };
  return withoutUndefined({ ...spec, ...(limits === undefined ? {} : { caps: archive }) }) as Omit<SourceSpec, 'id'>;
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

export const source = expecting(
  entry.superRefine((value, context) => {
    const wrong = wrongIn(value);
    if (wrong === undefined) return;
    const [key, rule] = wrong;
    context.addIssue({ code: 'custom', path: key === undefined ? [] : [key], params: { rule } });
  }),
  { kind: 'source' },
);

export const sourceKeys = Object.keys(shape);

/** The names that may stand inside a key of a source, for suggestions. */
export function keysWithin(key: string): string[] {
  if (key === 'columns') return [...TABLE_COLUMNS];
  return key === 'caps' ? Object.keys(caps.shape) : [];
}

/** What is expected at a path below a source, its keys first. */
export function sourceExpectation(path: readonly (string | number)[]): Expectation {
  let field: z.ZodType | undefined = entry;
  let found: Expectation | undefined;
  for (const part of path) {
    const inside: z.ZodType | undefined =
      field instanceof z.ZodObject ? (field.shape as Record<string, z.ZodType>)[part] : undefined;
    field = inside instanceof z.ZodOptional ? (inside.unwrap() as z.ZodType) : inside;
    found = (field && expectations.get(field)) ?? found;
  }
  return found ?? { kind: 'source' };
}
