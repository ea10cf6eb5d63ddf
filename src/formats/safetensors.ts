/**
 * safetensors (https://github.com/huggingface/safetensors, format of version 0.4): eight bytes of header length, a JSON header,
 * then the tensors back to back, little endian. Every number of the header is bounded by the real size of the file
 * before anything is allocated; the tensors must cover the data exactly. It knows no model.
 */
import { ExpChatError, type FileHandle, factsOf, openFile, readFully, writeDurably } from '../base/index.ts';
import { float32, type HostTensor, int32, type Shape } from '../tensor/index.ts';
import { parseStrictJson, StrictJsonFault } from './strict-json.ts';

export const SAFETENSORS_LIMITS = {
  headerBytes: 16 * 2 ** 20,
  tensors: 100_000,
  nameBytes: 256,
  dimensions: 8,
  headerDepth: 8,
} as const;

type StoredType = 'F32' | 'I32' | 'F16' | 'BF16';

const BYTES: ReadonlyMap<unknown, number> = new Map<StoredType, number>([
  ['F32', 4],
  ['I32', 4],
  ['F16', 2],
  ['BF16', 2],
]);

export interface SafetensorsContent {
  /** In the order of their data. F16 and BF16 are widened to float32. */
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

function damaged(file: string, expected: string, got: string): never {
  throw new ExpChatError({
    code: 'safetensors.damaged',
    message: `${file}: expected ${expected}, got ${got}`,
    next: 'The file is damaged, incomplete or no safetensors file; take it from its source again.',
    fields: { path: file },
  });
}

/** All tensors of a file. Throws `safetensors.damaged` on anything but a whole, well-formed file. */
export async function readSafetensors(file: string): Promise<SafetensorsContent> {
  const size = (await factsOf(file))?.size;
  const handle = await openFile(file, 'read');
  try {
    const { entries, metadata, dataStart } = await readHeader(handle, file, size ?? 0);
    const tensors = new Map<string, HostTensor>();
    for (const entry of entries) tensors.set(entry.name, await readTensor(handle, file, entry, dataStart));
    return { tensors, metadata };
  } finally {
    await handle.close();
  }
}

interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly dataStart: number;
}

async function readHeader(handle: FileHandle, file: string, fileBytes: number): Promise<Header> {
  if (fileBytes < 10) damaged(file, 'at least 10 bytes', `${fileBytes}`);
  const prefix = new Uint8Array(8);
  await readFully(handle, prefix, 0);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  const most = Math.min(fileBytes - 8, SAFETENSORS_LIMITS.headerBytes);
  if (length < 2n || length > BigInt(most)) damaged(file, `a header of 2 to ${most} bytes`, `${length}`);
  const bytes = new Uint8Array(Number(length));
  if ((await readFully(handle, bytes, 8)) !== bytes.byteLength) damaged(file, 'a whole header', 'the end of the file');
  const dataStart = 8 + bytes.byteLength;
  return { ...parseHeader(bytes, file, fileBytes - dataStart), dataStart };
}

function parseHeader(bytes: Uint8Array, file: string, dataBytes: number): Omit<Header, 'dataStart'> {
  const header = strictObject(bytes, file);
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  if (names.length > SAFETENSORS_LIMITS.tensors) {
    damaged(file, `at most ${SAFETENSORS_LIMITS.tensors} tensors`, `${names.length}`);
  }
  const entries = names.map((name) => parseEntry(name, header[name], file));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const entry of entries) {
    if (entry.begin !== covered) damaged(file, `${entry.name} to begin at byte ${covered}`, `${entry.begin}`);
    covered = entry.end;
  }
  if (covered !== dataBytes) damaged(file, `${covered} bytes of tensors, as the header says`, `${dataBytes}`);
  return { entries, metadata: parseMetadata(header['__metadata__'], file) };
}

function strictObject(bytes: Uint8Array, file: string): Record<string, unknown> {
  try {
    const header = parseStrictJson(bytes, { maxDepth: SAFETENSORS_LIMITS.headerDepth });
    if (typeof header !== 'object' || header === null || Array.isArray(header))
      damaged(file, 'an object', 'other JSON');
    return header as Record<string, unknown>;
  } catch (error) {
    if (error instanceof StrictJsonFault) damaged(file, 'a JSON header', error.message);
    throw error;
  }
}

function parseMetadata(value: unknown, file: string): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    damaged(file, '__metadata__ to be an object', JSON.stringify(value));
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') damaged(file, `__metadata__.${key} to be text`, JSON.stringify(text));
  }
  return value as Record<string, string>;
}

function parseEntry(name: string, value: unknown, file: string): Entry {
  if (name === '' || new TextEncoder().encode(name).byteLength > SAFETENSORS_LIMITS.nameBytes) {
    damaged(file, `names of 1 to ${SAFETENSORS_LIMITS.nameBytes} bytes`, JSON.stringify(name.slice(0, 64)));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    damaged(file, `${name} to be an object`, JSON.stringify(value));
  }
  const entry = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(entry)) {
    if (key !== 'dtype' && key !== 'shape' && key !== 'data_offsets') {
      damaged(file, `${name} with dtype, shape and data_offsets`, JSON.stringify(key));
    }
  }
  const width = BYTES.get(entry['dtype']);
  if (width === undefined)
    damaged(file, `${name} of type ${[...BYTES.keys()].join(', ')}`, JSON.stringify(entry['dtype']));
  const shape = integers(entry['shape'], `the shape of ${name}`, file);
  if (shape.length > SAFETENSORS_LIMITS.dimensions) {
    damaged(file, `${name} of at most ${SAFETENSORS_LIMITS.dimensions} axes`, `${shape.length}`);
  }
  const offsets = integers(entry['data_offsets'], `the offsets of ${name}`, file);
  if (offsets.length !== 2) damaged(file, `two offsets of ${name}`, `${offsets.length}`);
  const [begin, end] = offsets as [number, number];
  let bytes = width;
  for (const extent of shape) {
    bytes *= extent;
    if (!Number.isSafeInteger(bytes)) damaged(file, `a size of ${name} that fits in 53 bits`, `[${shape}]`);
  }
  if (end - begin !== bytes) damaged(file, `${bytes} bytes of ${name}, as its shape says`, `${end - begin}`);
  return { name, type: entry['dtype'] as StoredType, shape, begin, end };
}

function integers(value: unknown, what: string, file: string): number[] {
  if (!Array.isArray(value) || !value.every((item) => Number.isSafeInteger(item) && item >= 0)) {
    damaged(file, `${what} to be integers of 0 and more`, JSON.stringify(value)?.slice(0, 80) ?? 'nothing');
  }
  return value as number[];
}

async function readTensor(handle: FileHandle, file: string, entry: Entry, dataStart: number): Promise<HostTensor> {
  const bytes = new Uint8Array(entry.end - entry.begin);
  const count = await readFully(handle, bytes, dataStart + entry.begin);
  if (count !== bytes.byteLength) damaged(file, `${bytes.byteLength} bytes of ${entry.name}`, `${count}`);
  if (entry.type === 'F32') return float32(entry.shape, new Float32Array(bytes.buffer));
  if (entry.type === 'I32') return int32(entry.shape, new Int32Array(bytes.buffer));
  const halves = new Uint16Array(bytes.buffer);
  return float32(entry.shape, entry.type === 'BF16' ? fromBfloat16(halves) : fromFloat16(halves));
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16. */
function fromFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) values[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) values[i] = fraction === 0 ? sign * Infinity : NaN;
    else values[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return values;
}

/** Written in parts of this many bytes, so that a copy for the disk stays small. */
const PART_BYTES = 8 * 2 ** 20;

/** Writes the tensors in the given order, as F32 and I32, durably. Throws `safetensors.unsupported` on bool tensors. */
export async function writeSafetensors(
  file: string,
  tensors: Iterable<readonly [string, HostTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<{ bytes: number; sha256: string }> {
  const list = [...tensors];
  const header = Object.create(null) as Record<string, unknown>; // so that no name means anything else
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let offset = 0;
  for (const [name, tensor] of list) {
    if (tensor.dtype === 'bool' || name === '__metadata__' || Object.hasOwn(header, name)) {
      throw new ExpChatError({
        code: 'safetensors.unsupported',
        kind: 'internal',
        message: `internal: ${file}: expected float32 and int32 tensors of different names, got ${tensor.dtype} ${name}`,
      });
    }
    const end = offset + tensor.data.length * 4;
    header[name] = {
      dtype: tensor.dtype === 'float32' ? 'F32' : 'I32',
      shape: tensor.shape,
      data_offsets: [offset, end],
    };
    offset = end;
  }
  return writeDurably(file, fileParts(header, list));
}

function* fileParts(header: unknown, list: readonly (readonly [string, HostTensor])[]): Generator<Uint8Array> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(8 + Math.ceil(json.byteLength / 8) * 8).fill(0x20); // data begins at a multiple of 8
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.byteLength - 8), true);
  padded.set(json, 8);
  yield padded;
  for (const [, { data }] of list) {
    const values = data instanceof Float64Array ? Float32Array.from(data) : data;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (let at = 0; at < bytes.byteLength; at += PART_BYTES) yield bytes.subarray(at, at + PART_BYTES);
  }
}
