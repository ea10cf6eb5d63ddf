/**
 * The section `corpus.filter` of `expchat.yaml`: every number of the filter with its bounds, made from the defaults of the
 * corpus room. It knows no file and no language.
 */
import { z } from 'zod';
import { type Bound, boundOf, type DeepPartial, FILTER_DEFAULTS, type FilterSettings } from '../corpus/index.ts';

type Tree = { readonly [key: string]: number | Tree };

const tree = FILTER_DEFAULTS as unknown as Tree;

function numberOf({ kind, low, high }: Bound): z.ZodType {
  const number = z.number().min(low).max(high);
  return kind === 'integer' ? number.int() : number;
}

function schemaFrom(defaults: Tree): z.ZodType {
  const entries = Object.entries(defaults).map(([key, value]) => {
    return [key, (typeof value === 'number' ? numberOf(boundOf(key)) : schemaFrom(value)).optional()];
  });
  return z.strictObject(Object.fromEntries(entries));
}

/** What a settings file may say; what it leaves out keeps its default. */
export const filterSchema = schemaFrom(tree) as z.ZodType<DeepPartial<FilterSettings>>;

/** The defaults at a place below `corpus.filter`: a number, more keys, or undefined where there is no such place. */
function defaultsAt(path: readonly PropertyKey[]): number | Tree | undefined {
  let at: number | Tree | undefined = tree;
  for (const key of path) {
    at = typeof at === 'object' && Object.hasOwn(at, String(key)) ? at[String(key)] : undefined;
  }
  return at;
}

/** What is expected at a place below `corpus.filter`; undefined where there is no such place. */
export function filterExpectation(path: readonly PropertyKey[]): Bound | { readonly kind: 'section' } | undefined {
  const found = defaultsAt(path);
  if (found === undefined) return undefined;
  return typeof found === 'number' ? boundOf(String(path.at(-1))) : { kind: 'section' };
}

/** The keys that may stand at a place below `corpus.filter`. */
export function filterKeysAt(path: readonly PropertyKey[]): readonly string[] {
  const found = defaultsAt(path);
  return typeof found === 'object' ? Object.keys(found) : [];
}
