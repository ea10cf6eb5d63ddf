/** `expchat bench …`: speed of a training step and of decoding. The last line of stdout is one JSON object. */
import type { Command } from 'commander';
import { act, declare, integerOption, type Registration } from '../command.ts';
import type { BenchInferRequest, BenchTrainRequest } from '../services.ts';
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
}

function print(session: Session, figures: Readonly<Record<string, unknown>>): void {
  if (!session.flags.json) {
    for (const line of table(Object.entries(figures).map(([name, value]) => [name, String(value)])))
      session.print(line);
  }
  session.context.stdout.write(`${JSON.stringify(figures)}\n`);
}
