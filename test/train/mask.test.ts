import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readJsonl } from '../../src/base/index.ts';
import { type Message, renderConversation } from '../../src/chat/index.ts';
import { compile, createOrtRuntime, createReferenceRuntime, Trace } from '../../src/engine/index.ts';
import { forward, initialParameters, type ModelConfig, parameterInputs } from '../../src/model/index.ts';
import { float32, type HostTensor, int32 } from '../../src/tensor/index.ts';
import { trainTokenizer } from '../../src/tokenizer/index.ts';
import {
  type Batch,
  chatBatches,
  FIRST_CURSOR,
  type MetricsRecord,
  type PhaseOptions,
  runFolder,
  type TokenSet,
  trainPhase,
} from '../../src/train/index.ts';
import { TINY_CONFIG, tinyOptions, tinySet } from './tiny-run.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-mask-'));
const runtime = createOrtRuntime({ threads: 1 });
after(async () => {
  await runtime.close();
  await rm(base, { recursive: true });
});

// One token a byte: words of one length leave every token in its place.
const bytes = await trainTokenizer(['a'], { vocabularySize: 262 });

function setOf(dialogues: readonly (readonly Message[])[]): TokenSet & { readonly mask: Uint8Array } {
  const rendered = dialogues.map((messages) => renderConversation(messages, bytes));
  const offsets = [0];
  for (const { ids } of rendered) offsets.push(offsets.at(-1)! + ids.length);
  return {
    tokens: Uint16Array.from(rendered.flatMap(({ ids }) => [...ids])),
    offsets: Uint32Array.from(offsets),
    mask: Uint8Array.from(rendered.flatMap(({ mask }) => [...mask])),
  };
}

/** Two dialogues; the words of the person and the answer to them in the second can be chosen. */
function talks(question = 'Wie teuer?', answered = 'Neun Euro.') {
  return setOf([
    [
      { role: 'system', content: 'Antworten Sie kurz.' },
      { role: 'user', content: 'Wo?' },
      { role: 'assistant', content: 'Hier.' },
    ],
    [
      { role: 'user', content: question },
      { role: 'assistant', content: answered },
      { role: 'user', content: 'Danke.' },
      { role: 'assistant', content: 'Gern.' },
    ],
  ]);
}

const SHAPE = { batch: 1, time: 96 };

function batchOf(set: TokenSet, assistantOnly: boolean): Batch {
  const source = chatBatches(set, SHAPE, 3, { assistantOnly });
  assert.equal(source.rowsPerEpoch, 1, 'both dialogues are packed into one row');
  return source.next(FIRST_CURSOR).batch;
}

/** Place and token of each supervised target. */
function supervised({ targets, weights }: Batch): string[] {
  return [...targets].flatMap((target, i) => (weights[i]! > 0 ? [`${i}: ${target}`] : []));
}

test('with the mask other words of the person are no other target; without it exactly those words are', () => {
  const [asked, other] = ['Wie teuer?', 'Wie laut??'];
  const [before, same] = [talks(asked), talks(other)];
  assert.equal(same.tokens.length, before.tokens.length);
  assert.deepEqual(supervised(batchOf(same, true)), supervised(batchOf(before, true)));
  const everything = supervised(batchOf(before, false));
  const differing = supervised(batchOf(same, false)).filter((target) => !everything.includes(target));
  const otherBytes = [...asked].filter((letter, i) => letter !== other[i]);
  assert.equal(differing.length, otherBytes.length);
  const otherAnswer = batchOf(talks(asked, 'Zehn Euro.'), true);
  assert.notDeepEqual(supervised(otherAnswer), supervised(batchOf(before, true)), 'another answer is another target');
});

test('with the mask the targets are the answers and their ends; without it every token but the first of its own dialogue', () => {
  const set = talks();
  const ordinary = (batch: Batch) => [...batch.targets].filter((_, i) => batch.weights[i]! > 0);
  const masked = batchOf(set, true);
  const answers = bytes.decode(ordinary(masked).filter((id) => !bytes.isSpecial(id)));
  assert.deepEqual([...answers].sort(), [...'Hier.Neun Euro.Gern.'].sort());
  const specials = ordinary(masked).filter((id) => bytes.isSpecial(id));
  assert.deepEqual(specials, Array(3).fill(bytes.specialId('<|end|>')));
  const whole = batchOf(set, false);
  assert.equal(ordinary(whole).length, set.tokens.length - 2);
  assert.ok(!ordinary(whole).includes(bytes.specialId('<|bos|>')), 'no dialogue predicts the next one');
  for (let i = 0; i + 1 < SHAPE.time; i++) {
    assert.equal(whole.weights[i], whole.segments[i] === 0 ? 0 : 1, 'padding is no target');
    if (whole.segments[i] === whole.segments[i + 1] && whole.segments[i] !== 0) {
      assert.equal(whole.targets[i], whole.tokens[i + 1]);
    }
  }
});

/** Weights large enough that attention to a place changes the logits. */
function livelyParameters(config: ModelConfig): Record<string, HostTensor> {
  const lively = [...initialParameters(config, 4)].map(([name, { shape, data }]) => {
    const factor = shape.length === 1 ? 1 : 15;
    return [
      name,
      float32(
        shape,
        Float32Array.from(data, (value) => value * factor),
      ),
    ] as const;
  });
  return Object.fromEntries(lively);
}

test('dialogues packed into one row give, each, the logits that they give alone', async () => {
  const reference = createReferenceRuntime();
  const config = { ...TINY_CONFIG, vocabularySize: 262, context: SHAPE.time };
  await reference.put(livelyParameters(config));
  const trace = new Trace();
  const feed = (name: string) => trace.input(name, 'int32', [1, SHAPE.time]);
  const options = { segments: feed('segments') };
  const logits = forward(trace, config, parameterInputs(trace, config), feed('tokens'), options);
  const program = await reference.prepare(compile(trace.finish({ logits })));
  const run = async ({ tokens, segments }: Pick<Batch, 'tokens' | 'segments'>) => {
    const feeds = { tokens: int32([1, SHAPE.time], tokens), segments: int32([1, SHAPE.time], segments) };
    return (await program.run(feeds))['logits']!.data;
  };
  const set = talks();
  const packed = batchOf(set, true);
  const second = packed.segments.indexOf(2);
  const [together, asOne] = [await run(packed), await run({ ...packed, segments: packed.segments.map(Math.sign) })];
  const order = set.tokens[1] === packed.tokens[1] ? [0, 1] : [1, 0];
  for (const [place, document] of order.entries()) {
    const [from, to] = [set.offsets[document]!, set.offsets[document + 1]!];
    const alone = await run(batchOf({ ...set, offsets: Uint32Array.of(from, to) }, true));
    const begin = place * second * config.vocabularySize;
    const values = alone.subarray(0, (to - from - 1) * config.vocabularySize);
    const differences = (logits: typeof alone) => values.map((value, i) => Math.abs(value - logits[begin + i]!));
    const worst = Math.max(...differences(together));
    assert.ok(worst < 1e-5, `dialogue ${document}: ${worst}`);
    if (place === 1) assert.ok(Math.max(...differences(asOne)) > 0.1, 'attention across dialogues would be seen');
  }
});

test('validation is measured on the words of the assistant alone, whether or not only they are learned', async () => {
  const validations = [];
  for (const assistantOnly of [true, false]) {
    const options = tinyOptions(path.join(base, String(assistantOnly)), runtime);
    const recipe = { ...options.recipe, length: { steps: 4 }, validationEvery: 4, assistantOnly };
    await trainPhase({ ...options, phase: 'chat', recipe } satisfies PhaseOptions);
    const records: MetricsRecord[] = [];
    for await (const record of readJsonl(runFolder(options.directory).metricsFile))
      records.push(record as MetricsRecord);
    validations.push(records.filter((record) => record.kind === 'validation'));
  }
  const [masked, everything] = validations.map((records) =>
    records.map(({ lossNats, tokens }) => ({ lossNats, tokens })),
  );
  assert.deepEqual(everything![0], masked![0], 'one measure of the same weights');
  assert.equal(
    masked![0]!.tokens,
    tinySet(10, 2).mask!.reduce((sum, marked) => sum + marked, 0),
  );
  assert.notEqual(everything![1]!.lossNats, masked![1]!.lossNats, 'what was learned differs');
});
