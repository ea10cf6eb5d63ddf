/** A command line with scripted services, streams in memory and a clock that stands still. It knows no test. */

import { Readable } from 'node:stream';
import type { Clock } from '../../src/base/index.ts';
import type { CliContext, InterruptSignal } from '../../src/cli/context.ts';
import { type Answer, type Choice, ENDED, type Prompter } from '../../src/cli/prompts.ts';
import { runCli } from '../../src/cli/run.ts';
import type {
  AnswerFacts,
  ChatMessage,
  MaskReport,
  ModelHandle,
  SamplingSettings,
  Services,
} from '../../src/cli/services.ts';
import { type DocumentExplanation, FILTER_DEFAULTS } from '../../src/corpus/index.ts';

export interface Heard {
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** Names of the services called, in order, with their first arguments. */
  calls: { name: string; given: unknown[] }[];
  /** Every conversation that was sent to the model. */
  conversations: { messages: readonly ChatMessage[]; sampling: SamplingSettings }[];
  exits: number[];
}

export interface Scene {
  readonly argv?: readonly string[];
  readonly env?: Record<string, string>;
  readonly cwd: string;
  readonly stdin?: string;
  /** Both stdin and stderr are a terminal. */
  readonly terminal?: boolean;
  readonly services?: Partial<Services>;
  readonly prompter?: Prompter;
  readonly usableMemoryBytes?: number;
  /** Given the way to press Ctrl+C. */
  readonly onStart?: (interrupt: (signal: InterruptSignal) => void) => void;
}

const facts: AnswerFacts = { stopReason: 'end', promptTokens: 5, tokens: 3, durationMs: 100, droppedMessages: 0 };

export function fakeModel(heard: Heard, answers: (question: string) => readonly string[]): ModelHandle {
  async function* speak(
    messages: readonly ChatMessage[],
    sampling: SamplingSettings,
  ): AsyncGenerator<string, AnswerFacts> {
    heard.conversations.push({ messages, sampling });
    yield* answers(messages.at(-1)!.content);
    return facts;
  }
  return {
    directory: '/model',
    parameters: 10,
    context: 64,
    answer: speak,
    complete: (prompt, sampling) => speak([{ role: 'user', content: prompt }], sampling),
    close: async () => void heard.calls.push({ name: 'close', given: [] }),
  };
}

const modelFacts = {
  directory: '/model',
  architecture: 'qwen3',
  parameters: 1234,
  bytes: 5000,
  config: {},
  provenance: {},
};

const explanationOf = (id: string): DocumentExplanation => ({
  id,
  source: 'texte',
  kind: 'text',
  profile: 'own',
  language: 'de',
  length: 3000,
  letters: 2000,
  words: 400,
  quality: {
    judged: true,
    shortCharacters: 2000,
    document: [{ reason: 'few-words', value: 400, threshold: 0, bound: 'minimum', passed: true }],
    sections: [
      {
        start: 0,
        end: 3000,
        measures: [{ reason: 'long-words', value: 30, threshold: 25, bound: 'maximum', passed: false }],
      },
    ],
    failedShare: 1,
    fault: { reason: 'long-words', value: 30, threshold: 25 },
  },
  questions: [],
  nearDuplicates: { similarity: 0.8, minimumWords: 50 },
  repeats: FILTER_DEFAULTS.repeats.own,
  decisions: [{ id, source: 'texte', action: 'dropped', reason: 'long-words', value: 30, threshold: 25 }],
  clusters: [],
  outcome: 'dropped',
});
/** One dialogue of three turns, one of them learned. */
export const maskReport: MaskReport = {
  from: 'packed',
  sets: ['chat-train'],
  documents: 1,
  tokens: 9,
  learned: 4,
  share: 4 / 9,
  faultyDocuments: 0,
  faulty: [],
  samples: [
    {
      id: 'dialoge#a.jsonl:1',
      source: 'dialoge',
      set: 'chat-train',
      tokens: 9,
      learned: 4,
      faults: [],
      turns: [
        { role: 'begin', tokens: 1, learned: 0, pieces: [{ text: '<|bos|>', learned: false }] },
        { role: 'user', tokens: 3, learned: 0, pieces: [{ text: '<|user|>Was?<|end|>', learned: false }] },
        {
          role: 'assistant',
          tokens: 5,
          learned: 4,
          pieces: [
            { text: '<|assistant|>', learned: false },
            { text: 'Öl.\nJa\u001b[2J.<|end|>', learned: true },
          ],
        },
      ],
    },
  ],
};

function fakeServices(heard: Heard): Services {
  return {
    holdCorpus: async () => async () => undefined,
    corpusStage: async (project, stage) => ({
      stage,
      directory: `${project.directory}/data/${stage}`,
      documentsIn: 10,
      documentsOut: 8,
      dropped: { duplicate: 2 },
      upToDate: false,
    }),
    packingFacts: async (project) => ({
      directory: `${project.directory}/data/packed`,
      sets: [],
      overlaps: [],
      notices: [],
    }),
    showMasks: async () => maskReport,
    lineage: () => {
      throw new Error('a test that asks for documents brings a lineage of its own');
    },
    trainTokenizer: async (project) => ({
      directory: `${project.directory}/tokenizer`,
      vocabularySize: project.settings.tokenizer.vocabularySize,
      hash: 'abc',
      upToDate: false,
    }),
    trainTokenizerOnFiles: async ({ directory, vocabularySize }) => ({
      directory,
      vocabularySize,
      hash: 'abc',
      upToDate: false,
    }),
    reportTokenizer: async ({ name }) => ({
      texts: 2,
      bytes: 100,
      words: 10,
      tokenizers: [{ name, vocabularySize: 300, tokens: 50, bytesPerToken: 2, tokensPerWord: 5 }],
      breakdowns: [{ name: 'kind', rows: [], more: 3 }],
      neverUsed: { count: 1, of: 38, tokens: [{ id: 260, bytes: 2, text: 'ab', uses: 0 }] },
      longest: [],
      memorised: { count: 0, tokens: [] },
      leftOut: [],
      files: [],
    }),
    openTokenizer: async () => ({
      vocabularySize: 300,
      hash: 'abc',
      specialTokens: ['<|pad|>'],
      encode: (text) => [...new TextEncoder().encode(text)],
      decode: (ids) => new TextDecoder().decode(new Uint8Array(ids)),
      show: (id) => String.fromCharCode(id),
    }),
    chooseModel: async (project) => project,
    planTraining: async (_, request) => ({ run: request.run, phases: [], machineMemoryBytes: 8e9 }),
    serveRuns: async (_, onAddress) => onAddress('http://127.0.0.1:1/'),
    writeRunReport: async (run, _, __, file) => file ?? `${run}/report.html`,
    trainModel: async (_, request) => ({ run: request.run, model: `${request.run}/final`, phases: [] }),
    openModel: async () => fakeModel(heard, (question) => ['Antwort auf: ', question]),
    runGrid: async () => ({ rows: [], files: [] }),
    evaluate: async (_, model) => ({ model, questions: 10, correct: 8, share: 0.8, wrong: [] }),
    modelFacts: async (directory) => ({ ...modelFacts, directory }),
    modelGraph: async () => 'graph',
    exportModel: async (_, target) => ({ ...modelFacts, directory: target }),
    writeStarterCorpus: async (project) => ({
      directory: project.directory,
      documents: 400,
      dialogues: 4000,
      bytes: 3e6,
      upToDate: false,
    }),
    starterQuestions: async () => [{ question: 'Wann haben Sie geöffnet?', answer: 'Um neun Uhr.' }],
    benchTrain: async (request) => ({ peer: 'expchat', tokensPerStep: request.batch * request.context }),
    benchInfer: async () => ({ peer: 'expchat' }),
    benchCorpus: async ({ copies }) => ({ seconds: copies, peakRssMb: 100, documents: 3, bytes: 9, stages: {} }),
    explainDocument: async (_, id) => explanationOf(id),
    benchTokenizer: async () => ({ encodeMbPerSecond: 12, peers: { tiktoken: 5 }, missingPeers: ['gpt-tokenizer'] }),
    engineFacts: async () => ({ version: '1.30.0', providers: ['cpu'] }),
  };
}

/** Runs one command line and returns all that was heard. */
export async function play(scene: Scene): Promise<Heard> {
  const heard: Heard = { code: undefined, stdout: '', stderr: '', calls: [], conversations: [], exits: [] };
  const listeners = new Set<(signal: InterruptSignal) => void>();
  const clock: Clock = { nowMs: () => 0, date: () => new Date(0), sleep: async () => undefined };
  const all = { ...fakeServices(heard), ...scene.services };
  const services = Object.fromEntries(
    Object.entries(all).map(([name, service]) => [
      name,
      (...given: unknown[]) => {
        heard.calls.push({ name, given });
        return (service as (...given: unknown[]) => unknown)(...given);
      },
    ]),
  ) as unknown as Services;
  const hear = (stream: 'stdout' | 'stderr') => (text: string) => {
    heard[stream] += text;
  };
  const terminal = scene.terminal === true;
  const { prompter } = scene;
  const context: CliContext = {
    argv: scene.argv ?? [],
    env: { EXPCHAT_LANG: 'de', XDG_CONFIG_HOME: `${scene.cwd}/none`, APPDATA: `${scene.cwd}/none`, ...scene.env },
    cwd: scene.cwd,
    stdin: Object.assign(Readable.from([Buffer.from(scene.stdin ?? '')]), { isTTY: terminal }),
    stdout: { write: hear('stdout'), isTTY: terminal },
    stderr: { write: hear('stderr'), isTTY: terminal, columns: 80 },
    clock,
    systemLocale: 'de-DE',
    version: '9.9.9',
    machine: () => ({
      nodeVersion: '24.0.0',
      platform: 'linux',
      cores: 4,
      memoryBytes: 8e9,
      freeMemoryBytes: 4e9,
      usableMemoryBytes: scene.usableMemoryBytes ?? 4e9,
      homeDirectory: scene.cwd,
    }),
    services,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code) => void heard.exits.push(code),
    terminalPrompter: prompter === undefined ? undefined : () => prompter,
  };
  scene.onStart?.((signal) => {
    for (const listener of listeners) listener(signal);
  });
  heard.code = await runCli(context);
  return heard;
}

export interface Script extends Prompter {
  /** Messages asked so far, with the choices or the default. */
  readonly asked: { message: string; offered: unknown }[];
}

/** Answers questions in the given order; when they are used up the input has ended. */
export function scripted(answers: readonly (Answer<string | boolean> | undefined)[]): Script {
  const left = [...answers];
  const asked: Script['asked'] = [];
  const next = (message: string, offered: unknown, initial: unknown): never => {
    asked.push({ message, offered });
    if (left.length === 0) return ENDED as never;
    const answer = left.shift();
    return (answer === undefined ? initial : answer) as never;
  };
  return {
    asked,
    select: async <T extends string>(message: string, choices: readonly Choice<T>[], initial?: T) =>
      next(
        message,
        choices.map((choice) => choice.value),
        initial,
      ),
    text: async (message, initial, check) => {
      const answer = next(message, initial, initial) as unknown;
      const wrong = typeof answer === 'string' ? check?.(answer) : undefined;
      if (wrong !== undefined) throw new Error(`the script's answer to ${message} was refused: ${wrong}`);
      return answer as string;
    },
    confirm: async (message, initial) => next(message, initial, initial),
  };
}
