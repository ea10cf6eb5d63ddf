/** `expchat bench …`: speed of a training step, of decoding and of the tokenizer. The last line of stdout is one JSON object. */
import path from 'node:path';
import type { Command } from 'commander';
import { act, declare, integerOption, type Registration } from '../command.ts';
import type { BenchInferRequest, BenchTokenizerRequest, BenchTrainRequest } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';

type BenchTrainOptions = Omit<BenchTrainRequest, 'keyValueHeads'> & { readonly kvHeads?: number };
type BenchInferOptions = { readonly model?: string; readonly prompt: number; readonly tokens: number };

export function registerBench(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const { options } = texts;
  const count = (high: number) => integerOption(texts, 1, high);
  const group = declare(parent, registration, 'bench', 'bench');

  const train = declare(group, registration, 'train', 'bench train')
    .option('--layers <count>', options.layers, count(256), 6)
    .option('--width <count>', options.width, count(65_536), 384)
    .option('--heads <count>', options.heads, count(512), 6)
    .option('--kv-heads <count>', options.kvHeads, count(512))
    .option('--mlp <count>', options.mlp, count(262_144), 1024)
    .option('--context <tokens>', options.context, count(1_048_576), 256)
    .option('--batch <count>', options.batch, count(65_536), 8)
    .option('--vocab <size>', options.vocab, count(262_144), 8192)
    .option('--steps <count>', options.steps, count(1_000_000), 12)
    .option('--recompute', options.recompute)
    .option('--threads <count>', options.threads, count(1024));
  act<BenchTrainOptions>(train, registration, async (session, { kvHeads, ...rest }) => {
    const request: BenchTrainRequest = { ...rest, keyValueHeads: kvHeads ?? rest.heads };
    print(session, await session.work((work) => session.services.benchTrain(request, work)));
    return 0;
  });

  const infer = declare(group, registration, 'infer', 'bench infer')
    .option('-m, --model <model>', options.model)
    .option('--prompt <tokens>', options.promptTokens, count(1_048_576), 64)
    .option('--tokens <count>', options.tokens, count(1_000_000), 128);
  act<BenchInferOptions>(infer, registration, async (session, given) => {
    const { directory } = await session.findModel(given.model);
    const request: BenchInferRequest = { model: directory, promptTokens: given.prompt, tokens: given.tokens };
    print(session, await session.work((work) => session.services.benchInfer(request, work)));
    return 0;
  });

  const corpus = declare(group, registration, 'corpus <folders...>', 'bench corpus')
    .option('--copies <count>', options.copies, count(100), 1)
    .option('--vocab <size>', options.vocab, integerOption(texts, 262, 262_144), 8192)
    .option('--threads <count>', options.threads, count(1024), 2);
  act<{ copies: number; vocab: number; threads: number }>(corpus, registration, async (session, given, folders) => {
    const { vocab: vocabularySize, ...rest } = given;
    const places = folders.map((folder) => path.resolve(session.context.cwd, folder));
    const request = { ...rest, vocabularySize, folders: places };
    print(session, await session.work((work) => session.services.benchCorpus(request, work)));
    return 0;
  });

  registerBenchTokenizer(group, registration);
}

interface BenchTokenizerOptions {
  readonly text: string;
  readonly ranks?: string;
  readonly vocabularySize: number;
  readonly rounds: number;
  readonly sampleMb: number;
  readonly training: boolean;
}

function registerBenchTokenizer(group: Command, registration: Registration): void {
  const { texts } = registration;
  const { options } = texts;
  const count = (low: number, high: number) => integerOption(texts, low, high);
  const command = declare(group, registration, 'tokenizer', 'bench tokenizer')
    .requiredOption('--text <place>', options.benchText)
    .option('--ranks <file>', options.ranks)
    .option('--vocab, --vocabulary-size <size>', options.vocab, count(262, 262_144), 16_384)
    .option('--rounds <count>', options.rounds, count(1, 1000), 5)
    .option('--sample-mb <count>', options.sampleMb, count(1, 1000), 8)
    .option('--no-training', options.noTraining);
  act<BenchTokenizerOptions>(command, registration, async (session, { text, ranks, ...rest }) => {
    const { cwd } = session.context;
    const request: BenchTokenizerRequest = {
      ...rest,
      text: path.resolve(cwd, text),
      directory: cwd,
      ...(ranks === undefined ? {} : { ranks: path.resolve(cwd, ranks) }),
    };
    const { missingPeers = [], ...figures } = await session.work((work) =>
      session.services.benchTokenizer(request, work),
    );
    for (const name of missingPeers as readonly string[]) session.say(texts.bench.missingPeer(name));
    print(session, figures);
    return 0;
  });
}

function print(session: Session, figures: Readonly<Record<string, unknown>>): void {
  if (!session.flags.json) {
    for (const line of table(Object.entries(figures).map(([name, value]) => [name, shown(value)]))) session.print(line);
  }
  session.context.stdout.write(`${JSON.stringify(figures)}\n`);
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
