/** `expchat eval`: how many questions a model answers exactly, and its bits per byte on held-back text. */
import path from 'node:path';
import type { Command } from 'commander';
import { act, declare, numberOption, type Registration } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

interface EvalOptions {
  readonly model?: string;
  readonly questions?: string;
  readonly threshold?: number;
}

const SHOWN_WRONG = 5;

export function registerEval(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const command = declare(parent, registration, 'eval', 'eval')
    .option('-m, --model <model>', texts.options.model)
    .option('--questions <file>', texts.options.questions)
    .option('--threshold <share>', texts.options.threshold, numberOption(texts, 0, 1));
  act<EvalOptions>(command, registration, async (session, options) => {
    const { format } = session;
    const words = session.texts.eval;
    const opened = await session.openProject('optional');
    const { directory } = await session.findModel(options.model, opened.project.directory);
    const questions = options.questions && path.resolve(session.context.cwd, options.questions);
    const report = await session.work((work) =>
      session.services.evaluate(opened.file === undefined ? undefined : opened.project, directory, questions, work),
    );
    const passed = options.threshold === undefined || report.share >= options.threshold;
    session.result(
      { ...report, ...(options.threshold === undefined ? {} : { threshold: options.threshold, passed }) },
      [
        words.score(format.integer(report.correct), format.integer(report.questions), format.percent(report.share, 1)),
        ...(report.bitsPerByte === undefined ? [] : [words.bitsPerByte(format.decimal(report.bitsPerByte, 3))]),
        ...report.wrong
          .slice(0, SHOWN_WRONG)
          .flatMap(({ question, expected, got }) => [
            `  ${words.question}: ${question}`,
            `    ${words.expected}: ${expected}`,
            `    ${words.got}: ${got}`,
          ]),
        ...(passed ? [] : [words.belowThreshold(format.percent(options.threshold ?? 0, 1))]),
      ],
    );
    return passed ? EXIT.ok : EXIT.policy;
  });
}
