import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { ExpChatError } from '../base/index.ts';
import { float32, type HostTensor, int32 } from '../tensor/index.ts';
import { readSafetensors, writeSafetensors } from './index.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'expchat-safetensors-'));
after(() => rm(folder, { recursive: true }));
const file = path.join(folder, 'a.safetensors');

const SMALL: [string, HostTensor][] = [
  ['weight', float32([2, 3], [1, -2, 3.5, 0, 1e-30, 6])],
  ['ids', int32([3], [7, -8, 2 ** 31 - 1])],
  ['empty', float32([0, 4], [])],
  ['scalar', float32([], [42])],
];

async function refuses(bytes: Uint8Array, what: string): Promise<void> {
  await writeFile(file, bytes);
  await assert.rejects(readSafetensors(file), (error) => {
    assert.ok(error instanceof ExpChatError, `${what}: ${error}`);
    assert.equal(error.code, 'safetensors.damaged', what);
    return true;
  });
}

function withHeader(header: string | Uint8Array, dataBytes = 0, length?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
}

test('what is written is what is read, for any names, shapes and values', async () => {
  const tensor = fc
    .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.boolean(), fc.nat())
    .map(([shape, real, seed]): HostTensor => {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = Array.from({ length: size }, (_, i) => ((seed + 1) * (i + 3) * 2654435761) | 0);
      return real
        ? float32(
            shape,
            values.map((value) => value / 7),
          )
        : int32(shape, values);
    });
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', '1', 'ä'),
    fc.string({ minLength: 1, maxLength: 20 }),
  );
  const content = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(content, fc.dictionary(fc.string(), fc.string()), async (tensors, metadata) => {
      await writeSafetensors(file, tensors, metadata);
      const read = await readSafetensors(file);
      assert.deepEqual(new Map(tensors), new Map([...read.tensors].map(([key, value]) => [key, value])));
      assert.deepEqual({ ...read.metadata }, { ...metadata });
    }),
    { seed: 11, numRuns: 60 },
  );
});

test('the same tensors give the same bytes, and the hash is that of the file', async () => {
  const first = await writeSafetensors(file, SMALL, { format: 'pt' });
  const bytes = await readFile(file);
  assert.deepEqual(await writeSafetensors(file, SMALL, { format: 'pt' }), first);
  assert.deepEqual(await readFile(file), bytes);
  assert.equal(first.bytes, bytes.byteLength);
});

test('every truncation of a file is refused', async () => {
  await writeSafetensors(file, SMALL, { format: 'pt' });
  const bytes = await readFile(file);
  for (let length = 0; length < bytes.byteLength; length++) await refuses(bytes.subarray(0, length), `${length} bytes`);
  await refuses(Buffer.concat([bytes, Buffer.from([0])]), 'a byte too many');
});

test('every flipped bit of the header gives the same tensors under other names or a clear error, never anything else', async () => {
  await writeSafetensors(file, SMALL, { format: 'pt' });
  const bytes = await readFile(file);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
  let refused = 0;
  for (let bit = 0; bit < headerEnd * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    await writeFile(file, flipped);
    try {
      const { tensors } = await readSafetensors(file);
      const sizes = [...tensors.values()].map((tensor) => tensor.data.length);
      assert.deepEqual(sizes.sort(), [0, 1, 3, 6], `bit ${bit}`);
    } catch (error) {
      assert.ok(error instanceof ExpChatError && error.code === 'safetensors.damaged', `bit ${bit}: ${error}`);
      refused++;
    }
  }
  assert.ok(refused > headerEnd * 4, `${refused} of ${headerEnd * 8}`);
});

test('a header that claims too much is refused before anything is allocated', async () => {
  const entry = (text: string): string => `{"a":${text}}`;
  const cases: [string, Uint8Array][] = [
    ['huge header', withHeader('{}', 0, 2n ** 63n)],
    ['header over the cap', withHeader('{}', 0, 2n ** 24n + 1n)],
    [
      'huge tensor',
      withHeader(entry('{"dtype":"F32","shape":[1125899906842624],"data_offsets":[0,4503599627370496]}')),
    ],
    ['size over 53 bits', withHeader(entry('{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}'), 8)],
    ['infinite size', withHeader(entry('{"dtype":"F32","shape":[1e999],"data_offsets":[0,4]}'), 4)],
    ['negative size', withHeader(entry('{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}'), 4)],
    ['fraction', withHeader(entry('{"dtype":"F32","shape":[0.5],"data_offsets":[0,2]}'), 2)],
    ['nine axes', withHeader(entry('{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}'), 4)],
    ['unknown type', withHeader(entry('{"dtype":"toString","shape":[1],"data_offsets":[0,4]}'), 4)],
    ['shape and bytes differ', withHeader(entry('{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'), 4)],
    ['data nobody owns', withHeader(entry('{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'), 8)],
    ['a gap', withHeader(entry('{"dtype":"F32","shape":[1],"data_offsets":[4,8]}'), 8)],
    ['unknown key', withHeader(entry('{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}'), 4)],
    ['no UTF-8', withHeader(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
    ['deep nesting', withHeader(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)],
    ['metadata that is no text', withHeader('{"__metadata__":{"a":1}}')],
    ['a list', withHeader('[]')],
    ['a long name', withHeader(`{"${'n'.repeat(257)}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`)],
  ];
  for (const [what, bytes] of cases) await refuses(bytes, what);
});

test('two tensors over the same bytes, or two of one name, are refused', async () => {
  const tensor = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  await refuses(withHeader(`{"a":${tensor},"b":${tensor}}`, 4), 'overlap');
  await refuses(withHeader(`{"a":${tensor},"a":${tensor}}`, 4), 'duplicate');
  await refuses(withHeader(`{"a":${tensor},"\\u0061":${tensor}}`, 4), 'escaped duplicate');
  await refuses(
    withHeader(`{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, 4),
    'inner duplicate',
  );
});

test('F16 and BF16 are widened exactly', async () => {
  const header =
    '{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]}}';
  const bytes = withHeader(header, 12);
  const view = new DataView(bytes.buffer, bytes.byteLength - 12);
  for (const [i, half] of [0x3c00, 0xc100, 0x0001, 0x7bff, 0x3fc0, 0xbf80].entries()) view.setUint16(2 * i, half, true);
  await writeFile(file, bytes);
  const { tensors } = await readSafetensors(file);
  assert.deepEqual([...tensors.get('h')!.data], [1, -2.5, 2 ** -24, 65504]);
  assert.deepEqual([...tensors.get('b')!.data], [1.5, -1]);
});
