/** `expchat tokenizer …`: train it, and look at what it does to text. */
import path from 'node:path';
import type { Command } from 'commander';
import { ExpChatError } from '../../base/index.ts';
import { act, declare, integerOption, type Registration } from '../command.ts';
import type { Override } from '../config.ts';
import type { TokenizerHandle, TokenizerReport, TokenizerTrainingReport, TrainTokenizerRequest } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';
import { registerTokenizerReport } from './tokenizer-report.ts';

interface TokenizerOptions {
  readonly tokenizer?: string;
  readonly model?: string;
  readonly special?: boolean;
  readonly id?: number;
  readonly count?: number;
}

const MAXIMUM_ID = 2 ** 31;
const DEFAULT_VOCABULARY_SIZE = 16_384;
/** Files left out that are named on the terminal; `--json` names all. */
const SHOWN_LEFT_OUT = 10;

export function registerTokenizer(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const group = declare(parent, registration, 'tokenizer', 'tokenizer');
  const place = (command: Command) =>
    command
      .option('-t, --tokenizer <directory>', texts.options.tokenizerDirectory)
      .option('-m, --model <model>', texts.options.model);

  registerTrain(group, registration);
  registerTokenizerReport(group, registration);

  const encode = place(declare(group, registration, 'encode [text]', 'tokenizer encode')).option(
    '--special',
    texts.options.special,
  );
  act<TokenizerOptions>(encode, registration, async (session, options, [given]) => {
    const tokenizer = await openTokenizer(session, options);
    const text = given === undefined || given === '-' ? await session.surroundings.lines.rest() : given;
    const ids = tokenizer.encode(text, options.special === true);
    session.result({ ids, tokens: ids.map((id) => tokenizer.show(id)) }, [ids.join(' ')]);
    return 0;
  });

  const decode = place(declare(group, registration, 'decode [ids...]', 'tokenizer decode'));
  act<TokenizerOptions>(decode, registration, async (session, options, given) => {
    const tokenizer = await openTokenizer(session, options);
    const words = given.length > 0 ? given : (await session.surroundings.lines.rest()).split(/[\s,]+/);
    const ids = words.filter((word) => word !== '').map((word) => tokenId(word, tokenizer.vocabularySize));
    const text = tokenizer.decode(ids);
    session.result({ text }, [text]);
    return 0;
  });

  const show = place(declare(group, registration, 'show', 'tokenizer show'))
    .option('--id <id>', texts.options.tokenId, integerOption(texts, 0, MAXIMUM_ID))
    .option('--count <count>', texts.options.tokenCount, integerOption(texts, 1, 1000), 20);
  act<TokenizerOptions>(show, registration, showTokenizer);
}

interface TrainOptions {
  readonly vocabularySize?: number;
  readonly minFrequency?: number;
  readonly maxTokenBytes?: number;
  readonly maxDocumentCharacters?: number;
  readonly maxTotalCharacters?: number;
  readonly threads?: number;
  readonly holdOut?: number;
  readonly output?: string;
}

function registerTrain(group: Command, registration: Registration): void {
  const { texts } = registration;
  const { options } = texts;
  const count = (low: number, high: number) => integerOption(texts, low, high);
  const command = declare(group, registration, 'train [places...]', 'tokenizer train')
    .option('--vocab, --vocabulary-size <size>', options.vocab, count(262, 262_144))
    .option('--min-frequency <count>', options.minFrequency, count(1, 2 ** 40))
    .option('--max-token-bytes <count>', options.maxTokenBytes, count(1, 1024))
    .option('--max-document-characters <count>', options.maxDocumentCharacters, count(1, Number.MAX_SAFE_INTEGER))
    .option('--max-total-characters <count>', options.maxTotalCharacters, count(1, Number.MAX_SAFE_INTEGER))
    .option('--threads <count>', options.threads, count(1, 256))
    .option('--hold-out <number>', options.holdOut, count(2, 1_000_000))
    .option('-o, --output <directory>', options.output);
  act<TrainOptions>(command, registration, async (session, given, places) => {
    const report = await (places.length === 0 ? trainProject(session, given) : trainOnFiles(session, given, places));
    session.result(report, tokenizerLines(session, report));
    return 0;
  });
}

/** The flags that say the same in a project and without one. */
function limitsOf({ maxTokenBytes, maxDocumentCharacters, maxTotalCharacters, threads }: TrainOptions) {
  return {
    ...(maxTokenBytes === undefined ? {} : { maxTokenBytes }),
    ...(maxDocumentCharacters === undefined ? {} : { maxDocumentCharacters }),
    ...(maxTotalCharacters === undefined ? {} : { maxTotalCharacters }),
    ...(threads === undefined ? {} : { threads }),
  };
}

async function trainProject(session: Session, given: TrainOptions): Promise<TokenizerReport> {
  if (given.output !== undefined || given.holdOut !== undefined) {
    throw new ExpChatError({
      code: 'cli.places-needed',
      kind: 'usage',
      message: 'tokenizer train: expected a folder or a file with text beside --output and --hold-out, got none',
      next: 'A project keeps its tokenizer in its own folder and holds back what expchat.yaml says.',
    });
  }
  const overrides: Override[] = [];
  if (given.vocabularySize !== undefined) {
    overrides.push({ key: 'tokenizer.vocabularySize', value: given.vocabularySize, where: '--vocabulary-size' });
  }
  if (given.minFrequency !== undefined) {
    overrides.push({ key: 'tokenizer.minimumFrequency', value: given.minFrequency, where: '--min-frequency' });
  }
  const { project } = await session.openProject('required', overrides);
  return session.work((work) => session.services.trainTokenizer(project, work, limitsOf(given)));
}

function trainOnFiles(session: Session, given: TrainOptions, places: readonly string[]): Promise<TokenizerReport> {
  const { cwd } = session.context;
  if (given.output === undefined) {
    throw new ExpChatError({
      code: 'cli.output-needed',
      kind: 'usage',
      message: 'tokenizer train: expected a folder for the tokenizer, got none',
      next: 'Name one with -o.',
    });
  }
  const request: TrainTokenizerRequest = {
    ...limitsOf(given),
    places: places.map((place) => path.resolve(cwd, place)),
    directory: path.resolve(cwd, given.output),
    replace: session.flags.yes === true,
    vocabularySize: given.vocabularySize ?? DEFAULT_VOCABULARY_SIZE,
    ...(given.minFrequency === undefined ? {} : { minFrequency: given.minFrequency }),
    ...(given.holdOut === undefined ? {} : { holdOut: given.holdOut }),
  };
  return session.work((work) => session.services.trainTokenizerOnFiles(request, work));
}

async function showTokenizer(session: Session, options: TokenizerOptions): Promise<number> {
  const { format } = session;
  const words = session.texts.tokenizer;
  const tokenizer = await openTokenizer(session, options);
  const { vocabularySize, hash, specialTokens } = tokenizer;
  const last = vocabularySize - specialTokens.length;
  const ids =
    options.id === undefined
      ? Array.from({ length: Math.min(options.count ?? 20, last) }, (_, index) => last - 1 - index)
      : [tokenId(String(options.id), vocabularySize)];
  const tokens = ids.map((id) => ({ id, token: tokenizer.show(id) }));
  session.result({ vocabularySize, hash, specialTokens, tokens }, [
    words.size(format.integer(vocabularySize)),
    words.special(specialTokens.join(' ')),
    words.hash(hash),
    ...table(
      tokens.map(({ id, token }) => [String(id), JSON.stringify(token)]),
      [0],
    ),
  ]);
  return 0;
}

function tokenId(word: string, vocabularySize: number): number {
  const id = Number(word);
  if (Number.isSafeInteger(id) && id >= 0 && id < vocabularySize) return id;
  throw new ExpChatError({
    code: 'cli.token-id',
    kind: 'usage',
    message: `token id: expected an integer from 0 to ${vocabularySize - 1}, got ${JSON.stringify(word)}`,
    fields: { got: word, vocabularySize },
  });
}

/** The tokenizer of `-t`, of the model `-m`, or the project's. */
async function openTokenizer(session: Session, options: TokenizerOptions): Promise<TokenizerHandle> {
  if (options.tokenizer !== undefined) {
    return session.services.openTokenizer(path.resolve(session.context.cwd, options.tokenizer));
  }
  if (options.model !== undefined) {
    return session.services.openTokenizer((await session.findModel(options.model)).directory);
  }
  const { project } = await session.openProject('required');
  return session.services.openTokenizer(path.join(project.directory, 'tokenizer'));
}

export function tokenizerLines(session: Session, report: TokenizerReport): string[] {
  const { texts, format } = session;
  const words = texts.tokenizer;
  const lines = [
    `${texts.progress.stages['tokenizer.train']}: ${words.size(format.integer(report.vocabularySize))}${
      report.upToDate ? ` (${texts.corpus.upToDate})` : ''
    }`,
  ];
  if (report.bytesPerToken !== undefined) {
    lines.push(`  ${words.bytesPerToken(format.decimal(report.bytesPerToken, 2))}`);
  }
  if (report.training !== undefined) lines.push(...trainingLines(session, report.training));
  lines.push(`  ${texts.corpus.folder(report.directory)}`);
  return lines;
}

function trainingLines({ texts, format }: Session, training: TokenizerTrainingReport): string[] {
  const words = texts.tokenizer;
  const { documents, bytes, distinctWords, durationMs, peakRssMb, leftOut = [] } = training;
  const lines = [
    words.seen(format.integer(documents), format.bytes(bytes), format.integer(distinctWords)),
    words.took(format.duration(durationMs), format.bytes(peakRssMb * 2 ** 20)),
  ];
  if (training.countsReused) lines.push(words.countsReused);
  if (training.stoppedEarly) lines.push(words.stoppedEarly);
  if (leftOut.length > 0) {
    lines.push(words.leftOut(format.integer(leftOut.length)));
    for (const { name, reason } of leftOut.slice(0, SHOWN_LEFT_OUT)) {
      lines.push(`  ${name}: ${reason === 'not-utf8' ? words.notUtf8 : words.notJsonl}`);
    }
  }
  return lines.map((line) => `  ${line}`);
}
