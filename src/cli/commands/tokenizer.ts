/** `expchat tokenizer …`: train it, and look at what it does to text. */
import path from 'node:path';
import type { Command } from 'commander';
import { ExpChatError } from '../../base/index.ts';
import { act, declare, integerOption, type Registration } from '../command.ts';
import type { Override } from '../config.ts';
import type { TokenizerHandle, TokenizerReport } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';

interface TokenizerOptions {
  readonly tokenizer?: string;
  readonly model?: string;
  readonly special?: boolean;
  readonly vocab?: number;
  readonly id?: number;
  readonly count?: number;
}

const MAXIMUM_ID = 2 ** 31;

export function registerTokenizer(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const group = declare(parent, registration, 'tokenizer', 'tokenizer');
  const place = (command: Command) =>
    command
      .option('-t, --tokenizer <directory>', texts.options.tokenizerDirectory)
      .option('-m, --model <model>', texts.options.model);

  const train = declare(group, registration, 'train', 'tokenizer train').option(
    '--vocab <size>',
    texts.options.vocab,
    integerOption(texts, 262, 262_144),
  );
  act<TokenizerOptions>(train, registration, async (session, { vocab }) => {
    const overrides: Override[] =
      vocab === undefined ? [] : [{ key: 'tokenizer.vocabularySize', value: vocab, where: '--vocab' }];
    const { project } = await session.openProject('required', overrides);
    const report = await session.work((work) => session.services.trainTokenizer(project, work));
    session.result(report, tokenizerLines(session, report));
    return 0;
  });

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
  lines.push(`  ${texts.corpus.folder(report.directory)}`);
  return lines;
}
