/** `expchat chat`: a conversation with a model, on a terminal or from a pipe. */
import type { Command } from 'commander';
import { openChatInput, runChat } from '../chat-terminal.ts';
import { act, addSamplingOptions, declare, type Registration, type SamplingOptions, samplingOf } from '../command.ts';

interface ChatOptions extends SamplingOptions {
  readonly model?: string;
  readonly system?: string;
}

export function registerChat(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const command = declare(parent, registration, 'chat', 'chat')
    .option('-m, --model <model>', texts.options.model)
    .option('--system <text>', texts.options.system);
  act<ChatOptions>(addSamplingOptions(command, texts), registration, async (session, options) => {
    const found = await session.findModel(options.model);
    const model = await session.services.openModel(found.directory);
    try {
      const input = openChatInput(session);
      try {
        return await runChat(session, model, found.name, input, samplingOf(options), options.system);
      } finally {
        input.close();
      }
    } finally {
      await model.close();
    }
  });
}
