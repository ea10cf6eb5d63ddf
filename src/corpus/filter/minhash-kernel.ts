/**
 * The inner loop of MinHash as a WebAssembly module of 142 bytes, written here instruction by instruction, because
 * JavaScript has no fast product of 64-bit integers. For each of 112 functions `a·x + b (mod 2^64)` it finds the least
 * value over all `x`. It knows no text.
 */

export const PERMUTATIONS = 112;

/** Byte offsets in the module's memory. */
export const FACTORS_AT = 0;
export const OFFSETS_AT = PERMUTATIONS * 8;
export const MINIMA_AT = 2 * PERMUTATIONS * 8;
export const VALUES_AT = 4096;

/** What is used of WebAssembly; the type library of the browser is not at hand. */
interface WebAssemblyLike {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
}

export interface MinhashKernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Writes the minima of `count` values, at least one. */
  minima(count: number): void;
}

const I32 = 0x7f;
const I64 = 0x7e;
/** Numbers of the locals: `count` is the argument. */
const COUNT = 0;
const AT = 1;
const END = 2;
const VALUE_AT = 3;
const FACTOR = 4;
const OFFSET = 5;
const LEAST = 6;
const NEXT = 7;

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const i32 = (value: number) => [0x41, ...signed(value)];
const load64 = (offset: number) => [0x29, 3, ...unsigned(offset)];
const store64 = (offset: number) => [0x37, 3, ...unsigned(offset)];
const [I32_ADD, I32_SHL, I32_LESS, I64_ADD, I64_MUL, I64_LESS, SELECT] = [0x6a, 0x74, 0x49, 0x7c, 0x7e, 0x54, 0x1b];
const loop = (...body: number[][]) => [0x03, 0x40, ...body.flat(), 0x0b];
const again = (...condition: number[][]) => [...condition.flat(), 0x0d, 0];

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const rest = value >> 7;
  const done = (rest === 0 && (value & 64) === 0) || (rest === -1 && (value & 64) !== 0);
  return done ? [value & 127] : [(value & 127) | 128, ...signed(rest)];
}

const section = (id: number, ...content: number[][]) => {
  const bytes = content.flat();
  return [id, ...unsigned(bytes.length), ...bytes];
};

function moduleBytes(): Uint8Array {
  const body = [
    [2, 3, I32, 4, I64], // locals: three of 32 bits, four of 64
    [...i32(VALUES_AT), ...get(COUNT), ...i32(3), I32_SHL, I32_ADD, ...set(END)],
    loop(
      [...get(AT), ...load64(FACTORS_AT), ...set(FACTOR), ...get(AT), ...load64(OFFSETS_AT), ...set(OFFSET)],
      [0x42, 0x7f, ...set(LEAST), ...i32(VALUES_AT), ...set(VALUE_AT)], // the greatest of all: -1
      loop(
        [...get(VALUE_AT), ...load64(0), ...get(FACTOR), I64_MUL, ...get(OFFSET), I64_ADD, ...tee(NEXT)],
        [...get(LEAST), ...get(NEXT), ...get(LEAST), I64_LESS, SELECT, ...set(LEAST)],
        again([...get(VALUE_AT), ...i32(8), I32_ADD, ...tee(VALUE_AT), ...get(END), I32_LESS]),
      ),
      [...get(AT), ...get(LEAST), ...store64(MINIMA_AT)],
      again([...get(AT), ...i32(8), I32_ADD, ...tee(AT), ...i32(PERMUTATIONS * 8), I32_LESS]),
    ),
    [0x0b],
  ];
  const code = body.flat();
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 0]), // one type: (i32) -> ()
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]), // one memory of at least a page
    ...section(7, [2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0]), // exports: m, f
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

export function createMinhashKernel(): MinhashKernel {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyLike }).WebAssembly;
  const { m, f } = new Instance(new Module(moduleBytes())).exports;
  return { memory: m as MinhashKernel['memory'], minima: f as MinhashKernel['minima'] };
}
