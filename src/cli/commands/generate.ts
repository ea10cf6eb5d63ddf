/** `expchat generate`: one continuation of a prompt, or one answer to a question. */
import type { Command } from 'commander';
import { ExpChatError } from '../../base/index.ts';
import { act, addSamplingOptions, declare, type Registration, type SamplingOptions, samplingOf } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { forgottenFact, sayWhatWasForgotten } from '../forgotten-notice.ts';
import type { AnswerFacts, ChatMessage } from '../services.ts';
import { safeForTerminal } from '../terminal-text.ts';

interface GenerateOptions extends SamplingOptions {
  readonly model?: string;
  readonly chat?: boolean;
  readonly system?: string;
}

export function registerGenerate(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const command = declare(parent, registration, 'generate [prompt]', 'generate')
    .option('-m, --model <model>', texts.options.model)
    .option('--chat', texts.options.asChat)
    .option('--system <text>', texts.options.system);
  act<GenerateOptions>(addSamplingOptions(command, texts), registration, async (session, options, [given]) => {
    const prompt = given === undefined || given === '-' ? await session.surroundings.lines.rest() : given;
    if (prompt === '') {
      throw new ExpChatError({
        code: 'cli.empty-prompt',
        kind: 'usage',
        message: 'prompt: expected text as an argument or on stdin, got nothing',
      });
    }
    const { directory } = await session.findModel(options.model);
    const model = await session.services.openModel(directory);
    sayWhatWasForgotten(session, model);
    const running = session.surroundings.interrupts.begin();
    try {
      const sampling = samplingOf(options);
      const messages: ChatMessage[] = [
        ...(options.system === undefined ? [] : [{ role: 'system', content: options.system } as const]),
        { role: 'user', content: prompt },
      ];
      const pieces = options.chat
        ? model.answer(messages, sampling, running.signal)
        : model.complete(prompt, sampling, running.signal);
      const { stdout } = session.context;
      const { text, facts } = await streamed(pieces, (piece) => {
        if (!session.flags.json) stdout.write(stdout.isTTY ? safeForTerminal(piece) : piece);
      });
      session.result({ model: directory, prompt, text, ...facts, sampling, ...forgottenFact(model) }, ['']);
      return running.signal.aborted ? EXIT.stopped : EXIT.ok;
    } finally {
      running.end();
      await model.close();
    }
  });
}

/** Hands each piece on as it comes and returns the whole. */
export async function streamed(
  pieces: AsyncGenerator<string, AnswerFacts>,
  onPiece: (piece: string) => void,
): Promise<{ text: string; facts: AnswerFacts }> {
  let text = '';
  for (;;) {
    const { value, done } = await pieces.next();
    if (done) return { text, facts: value };
    text += value;
    onPiece(value);
  }
}
