/** `expchat tokenizer report`: what a tokenizer does to held-out text, beside others' tokenizers. */
import path from 'node:path';
import type { Command } from 'commander';
import { ExpChatError } from '../../base/index.ts';
import { act, collect, declare, integerOption, type Registration } from '../command.ts';
import type { TokenizerReportRequest, TokenizerReportResult } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';

interface ReportOptions {
  readonly tokenizer?: string;
  readonly model?: string;
  readonly peer?: readonly string[];
  readonly holdOut?: number;
  readonly html?: string;
}

const SHOWN_TOKENS = 8;
const SHOWN_ROWS = 12;

export function registerTokenizerReport(group: Command, registration: Registration): void {
  const { options } = registration.texts;
  const command = declare(group, registration, 'report [places...]', 'tokenizer report')
    .option('-t, --tokenizer <directory>', options.tokenizerDirectory)
    .option('-m, --model <model>', options.model)
    .option('--peer <name=path>', options.peer, collect)
    .option('--hold-out <number>', options.heldOut, integerOption(registration.texts, 2, 1_000_000))
    .option('--html <file>', options.html);
  act<ReportOptions>(command, registration, async (session, given, places) => {
    const request = await requestOf(session, given, places);
    const report = await session.work((work) => session.services.reportTokenizer(request, work));
    session.result(report, reportLines(session, report));
    return 0;
  });
}

async function requestOf(
  session: Session,
  given: ReportOptions,
  places: readonly string[],
): Promise<TokenizerReportRequest> {
  const { cwd } = session.context;
  const resolved = (place: string) => path.resolve(cwd, place);
  const needsProject = places.length === 0 || (given.tokenizer === undefined && given.model === undefined);
  const project = needsProject ? (await session.openProject('required')).project : undefined;
  let directory: string;
  if (given.tokenizer !== undefined) directory = resolved(given.tokenizer);
  else if (given.model !== undefined) directory = (await session.findModel(given.model)).directory;
  else directory = path.join(project!.directory, 'tokenizer');
  return {
    name: path.basename(directory),
    directory,
    places: places.map(resolved),
    peers: (given.peer ?? []).map((text) => peerOf(text, resolved)),
    language: session.surroundings.language,
    ...(places.length > 0 || project === undefined ? {} : { project }),
    ...(given.holdOut === undefined ? {} : { holdOut: given.holdOut }),
    ...(given.html === undefined ? {} : { htmlFile: resolved(given.html) }),
  };
}

function peerOf(text: string, resolved: (place: string) => string): { readonly name: string; readonly path: string } {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return { name: text.slice(0, at), path: resolved(text.slice(at + 1)) };
  throw new ExpChatError({
    code: 'cli.peer-form',
    kind: 'usage',
    message: `--peer: expected name=path, got ${JSON.stringify(text)}`,
    next: 'Write for example --peer gpt2=./gpt2/tokenizer.json.',
    fields: { got: text },
  });
}

function reportLines({ texts, format }: Session, report: TokenizerReportResult): string[] {
  const words = texts.tokenizer;
  const figure = (value: number) => format.decimal(value, 3);
  const { integer } = format;
  const lines = [words.measured(integer(report.texts), format.bytes(report.bytes), integer(report.words)), ''];
  const head = ['', words.vocabulary, words.tokenCount, words.bytesPerTokenColumn, words.tokensPerWord];
  const rows = report.tokenizers.map((one) => [
    one.name,
    integer(one.vocabularySize),
    integer(one.tokens),
    figure(one.bytesPerToken),
    figure(one.tokensPerWord),
  ]);
  lines.push(...table([head, ...rows], [1, 2, 3, 4]));
  for (const breakdown of report.breakdowns) {
    const columns = report.tokenizers.map(({ name }) => `${name}: ${words.bytesPerTokenColumn}`);
    const cells = breakdown.rows
      .slice(0, SHOWN_ROWS)
      .map(({ label, bytes, figures }) => [
        label,
        format.bytes(bytes),
        ...figures.map(({ bytesPerToken }) => figure(bytesPerToken)),
      ]);
    const title = (words.breakdowns as Readonly<Record<string, string>>)[breakdown.name] ?? breakdown.name;
    const right = [1, ...columns.map((_, i) => i + 2)];
    lines.push('', ...table([[title, '', ...columns], ...cells], right));
    const more = breakdown.more + Math.max(0, breakdown.rows.length - SHOWN_ROWS);
    if (more > 0) lines.push(words.more(integer(more)));
  }
  const { neverUsed, longest, memorised } = report;
  const shown = (tokens: readonly { readonly text: string }[]) =>
    tokens.slice(0, SHOWN_TOKENS).map(({ text }) => `  ${JSON.stringify(text)}`);
  lines.push('', words.longest, ...shown(longest));
  lines.push('', words.memorised(integer(memorised.count)), ...shown(memorised.tokens));
  lines.push('', words.neverUsed(integer(neverUsed.count), integer(neverUsed.of)), ...shown(neverUsed.tokens));
  if (report.leftOut.length > 0) lines.push('', words.leftOut(integer(report.leftOut.length)));
  return [...lines, ...report.files.map((file) => texts.grid.written(file))];
}
