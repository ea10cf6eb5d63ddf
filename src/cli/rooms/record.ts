/** Small JSON records of the command line's own: what a step was made from, so that it is made once. */
import { exists, readJson, writeDurably } from '../../base/index.ts';

/** The object in `file`, or undefined where there is no file. Throws `files.not-json` on anything else. */
export async function recordOf(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!(await exists(file))) return undefined;
  const value = await readJson(file);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

export async function writeRecord(file: string, value: unknown): Promise<void> {
  await writeDurably(file, `${JSON.stringify(value, null, 2)}\n`);
}
