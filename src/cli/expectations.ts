/** What a key of `expchat.yaml` accepts, as a schema and in a form that every language can put into words. It knows no key. */
import { z } from 'zod';

export type Expectation =
  | { readonly kind: 'integer' | 'number'; readonly low: number; readonly high: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'text'; readonly maximum: number; readonly form?: string }
  | { readonly kind: 'list' | 'texts' | 'section' | 'source' }
  | { readonly kind: 'rule'; readonly rule: string };

export const expectations = z.registry<Expectation>();

export function expecting<T extends z.ZodType>(schema: T, expectation: Expectation): T {
  expectations.add(schema, expectation);
  return schema;
}

export const integer = (low: number, high: number) =>
  expecting(z.number().int().min(low).max(high), { kind: 'integer', low, high });
export const number = (low: number, high: number) =>
  expecting(z.number().min(low).max(high), { kind: 'number', low, high });
export const boolean = () => expecting(z.boolean(), { kind: 'boolean' });
export const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  expecting(z.enum(values), { kind: 'choice', values });
/** One of `words`, or an integer, also as text from a flag or a variable. */
export const choiceOrInteger = <const T extends readonly [string, ...string[]]>(
  words: T,
  low: number,
  high: number,
) => {
  const whole = z.number().int().min(low).max(high);
  const written = z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(whole);
  return expecting(z.union([z.enum(words), whole, written]), {
    kind: 'choice',
    values: [...words, `${low} … ${high}`],
  });
};
export const text = (maximum: number, pattern?: RegExp, form?: string) =>
  expecting(pattern === undefined ? z.string().min(1).max(maximum) : z.string().max(maximum).regex(pattern), {
    kind: 'text',
    maximum,
    ...(form === undefined ? {} : { form }),
  });
export const texts = (count: number, maximum: number) =>
  expecting(z.array(z.string().min(1).max(maximum)).max(count), { kind: 'texts' });
