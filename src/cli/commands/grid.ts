/** `expchat grid`: fixed prompts against greedy and 27 settings, printed and written as CSV and HTML. */
import path from 'node:path';
import type { Command } from 'commander';
import { act, collect, declare, integerOption, MAXIMUM_SEED, type Registration } from '../command.ts';
import type { GridRow } from '../services.ts';
import type { Session } from '../session.ts';

interface GridOptions {
  readonly model?: string;
  readonly prompt?: readonly string[];
  readonly maxTokens: number;
  readonly seed: number;
  readonly csv?: string;
  readonly html?: string;
}

export function registerGrid(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const command = declare(parent, registration, 'grid', 'grid')
    .option('-m, --model <model>', texts.options.model)
    .option('-p, --prompt <text>', texts.options.prompt, collect)
    .option('-n, --max-tokens <count>', texts.options.maxTokens, integerOption(texts, 1, 100_000), 64)
    .option('--seed <number>', texts.options.seed, integerOption(texts, 0, MAXIMUM_SEED), 42)
    .option('--csv <file>', texts.options.csv)
    .option('--html <file>', texts.options.html);
  act<GridOptions>(command, registration, async (session, options) => {
    const { directory } = await session.findModel(options.model);
    const { cwd } = session.context;
    const result = await session.work((work) =>
      session.services.runGrid(
        {
          model: directory,
          prompts: options.prompt ?? [],
          maxTokens: options.maxTokens,
          seed: options.seed,
          language: session.language,
          ...(options.csv === undefined ? {} : { csvFile: path.resolve(cwd, options.csv) }),
          ...(options.html === undefined ? {} : { htmlFile: path.resolve(cwd, options.html) }),
        },
        work,
      ),
    );
    session.result({ model: directory, ...result }, gridLines(session, result.rows, result.files));
    return 0;
  });
}

export function gridLines(session: Session, rows: readonly GridRow[], files: readonly string[]): string[] {
  const { texts, format } = session;
  const lines: string[] = [];
  let prompt: string | undefined;
  for (const row of rows) {
    if (row.prompt !== prompt) {
      prompt = row.prompt;
      lines.push('', `${texts.grid.prompt}: ${prompt}`);
    }
    const settings =
      row.temperature === 0
        ? texts.grid.greedy
        : `T ${format.decimal(row.temperature, 2)}, k ${row.topK}, p ${format.decimal(row.topP, 2)}, seed ${row.seed}`;
    const facts = texts.grid.facts(format.integer(row.tokens), row.stopReason, format.percent(row.repetition));
    lines.push(`  [${settings}] ${facts}`, `    ${row.text.replaceAll('\n', '\n    ')}`);
  }
  return [...lines, ...files.map((file) => texts.grid.written(file))];
}
