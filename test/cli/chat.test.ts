import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError } from '../../src/base/index.ts';
import { play, type Scene } from './fake-context.ts';

const cwd = mkdtempSync(path.join(os.tmpdir(), 'expchat-chat-'));
after(() => rmSync(cwd, { recursive: true }));
const model = path.join(cwd, 'runs', 'modell', 'final');
mkdirSync(model, { recursive: true });
for (const file of ['config.json', 'model.safetensors']) writeFileSync(path.join(model, file), '{}');

const chat = (stdin: string, more: Partial<Scene> = {}) => play({ cwd, argv: ['chat'], stdin, ...more });

test('from a pipe each line is a question and stdout holds the answers alone', async () => {
  const heard = await chat('Eins?\n\nZwei?\n');
  assert.equal(heard.code, 0);
  assert.equal(heard.stdout, 'Antwort auf: Eins?\nAntwort auf: Zwei?\n');
  assert.equal(heard.stderr, '');
  assert.equal(heard.calls.at(-1)!.name, 'close');
});

test('the history goes to the model until /clear, and /system stands before it', async () => {
  const heard = await chat('A\n/system Sei kurz.\nB\n/clear\nC\n/system\nD\n');
  assert.deepEqual(
    heard.conversations.map(({ messages }) => messages.map(({ role, content }) => `${role}: ${content}`)),
    [
      ['user: A'],
      ['system: Sei kurz.', 'user: A', 'assistant: Antwort auf: A', 'user: B'],
      ['system: Sei kurz.', 'user: C'],
      ['user: C', 'assistant: Antwort auf: C', 'user: D'],
    ],
  );
});

test('/set changes the sampling within its bounds and refuses what is outside', async () => {
  const heard = await chat('/set temperature 0,3\n/set top-k 0\n/set seed -1\n/set farbe rot\nA\n');
  const { sampling } = heard.conversations[0]!;
  assert.deepEqual([sampling.temperature, sampling.topK, sampling.seed], [0.3, 0, 42]);
  assert.match(heard.stderr, /seed: erwartet wird eine ganze Zahl von 0 bis 4294967295/);
  assert.match(heard.stderr, /Die Einstellung 'farbe' gibt es nicht/);
});

test('an unknown slash command never reaches the model and the near one is named', async () => {
  const heard = await chat('/stat\n/etc/passwd\n/bye\nNach dem Ende\n');
  assert.deepEqual(heard.conversations, []);
  assert.match(heard.stderr, /Meinten Sie \/stats\?/);
});

test('lines between two """ are one question', async () => {
  const heard = await chat('"""\nErste Zeile\nzweite Zeile\n"""\n');
  assert.deepEqual(
    heard.conversations.map(({ messages }) => messages.at(-1)!.content),
    ['Erste Zeile\nzweite Zeile'],
  );
});

test('with --json each answer is one line of JSON', async () => {
  const heard = await play({ cwd, argv: ['chat', '--json'], stdin: 'A\nB\n' });
  const lines = heard.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { question: string; stopReason: string });
  assert.deepEqual(
    lines.map(({ question, stopReason }) => [question, stopReason]),
    [
      ['A', 'end'],
      ['B', 'end'],
    ],
  );
});

test('chat and generate say on stderr and in JSON that a model learned from what was forgotten since', async () => {
  for (const [learnedFromForgotten, words] of [
    ['certainly', [/^Dieses Modell hat aus Dokumenten gelernt, .*\n$/, /^This model learned from documents .*\n$/]],
    ['possibly', [/^Dieses Modell hat vielleicht .*\n$/, /^This model may have learned .*\n$/]],
  ] as const) {
    const facts = { stopReason: 'end', promptTokens: 1, tokens: 1, durationMs: 1, droppedMessages: 0 };
    async function* speak() {
      yield 'Ja.';
      return facts;
    }
    const handle = {
      directory: model,
      parameters: 1,
      context: 8,
      answer: speak,
      complete: speak,
      learnedFromForgotten,
    };
    const services = { openModel: async () => ({ ...handle, close: async () => undefined }) };
    for (const command of [['chat'], ['generate', 'A']]) {
      for (const [i, language] of ['de', 'en'].entries()) {
        const heard = await play({ cwd, argv: [...command, '--lang', language], stdin: 'A\n', services });
        assert.deepEqual([heard.code, heard.stdout], [0, 'Ja.\n']);
        assert.match(heard.stderr, words[i]!);
      }
      const json = await play({ cwd, argv: [...command, '--json'], stdin: 'A\n', services });
      assert.equal(JSON.parse(json.stdout).learnedFromForgotten, learnedFromForgotten);
    }
  }
  const clean = await play({ cwd, argv: ['chat', '--json'], stdin: 'A\n' });
  assert.deepEqual([clean.stderr, 'learnedFromForgotten' in JSON.parse(clean.stdout)], ['', false]);
});

test('an answer that fails is reported, the next question is still answered, and a pipe ends with its code', async () => {
  let calls = 0;
  const heard = await chat('zu lang\nkurz\n', {
    services: {
      openModel: async () => ({
        directory: model,
        parameters: 1,
        context: 8,
        async *answer() {
          if (calls++ === 0) {
            throw new ExpChatError({
              code: 'infer.prompt-too-long',
              kind: 'usage',
              message: 'prompt: expected at most 8 tokens, got 9',
            });
          }
          yield 'gut';
          return { stopReason: 'end', promptTokens: 1, tokens: 1, durationMs: 1, droppedMessages: 2 };
        },
        complete: () => assert.fail('not asked for'),
        close: async () => undefined,
      }),
    },
  });
  assert.equal(heard.stdout, 'gut\n');
  assert.equal(heard.code, 2);
  assert.match(heard.stderr, /expected at most 8 tokens, got 9/);
  assert.match(heard.stderr, /Die ältesten 2 Nachrichten/);
});

test('an answer stopped by Ctrl+C ends a pipe with 75, and what was said stays in the dialogue', async () => {
  let press: () => void = () => undefined;
  const heard = await chat('A\nB\n', {
    onStart: (interrupt) => {
      press = () => interrupt('SIGINT');
    },
    services: {
      openModel: async () => ({
        directory: model,
        parameters: 1,
        context: 8,
        async *answer(_messages, _sampling, signal) {
          yield 'halb';
          press();
          assert.equal(signal!.aborted, true);
          return { stopReason: 'aborted', promptTokens: 1, tokens: 1, durationMs: 1, droppedMessages: 0 };
        },
        complete: () => assert.fail('not asked for'),
        close: async () => undefined,
      }),
    },
  });
  assert.equal(heard.code, 75);
  assert.equal(heard.stdout, 'halb\n');
});

test('each answer of a dialogue is drawn with a seed of its own', async () => {
  const heard = await chat('/set seed 7\nA\nA\n');
  assert.deepEqual(
    heard.conversations.map(({ sampling }) => sampling.seed),
    [7, 8],
  );
});

test('what a model says can not move the cursor of a terminal', async () => {
  const heard = await play({
    cwd,
    argv: ['generate', '--greedy', 'Hallo'],
    terminal: true,
    services: {
      openModel: async () => ({
        directory: model,
        parameters: 1,
        context: 8,
        answer: () => assert.fail('not asked for'),
        async *complete(_prompt, sampling) {
          assert.equal(sampling.temperature, 0);
          yield '\u001b]0;boese\u0007';
          return { stopReason: 'end', promptTokens: 1, tokens: 1, durationMs: 1, droppedMessages: 0 };
        },
        close: async () => undefined,
      }),
    },
  });
  assert.equal(heard.stdout, '\\u{1b}]0;boese\\u{7}\n');
});
