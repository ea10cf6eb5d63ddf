/**
 * WebAssembly in its binary form: instructions that compose as expressions do, and the module around one function. It does not
 * know what the function reckons. Source: chapter 5, Binary Format, of https://webassembly.github.io/spec/core/ (release 2.0);
 * shared memory is from https://github.com/WebAssembly/threads.
 */

/** Instructions one after the other, encoded. An expression leaves one value, a statement none. */
export type Code = readonly number[];

/** Value types (5.3.1, 5.3.2). */
export const TYPE = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = (typeof TYPE)[keyof typeof TYPE];

/** An integer of no fixed length (5.2.2), seven bits a byte, the lowest first. */
function unsigned(value: number): Code {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...unsigned((value - low) / 128)];
}

/** `value` of an i32.const is signed: bit 6 of the last byte is the sign. Here 0 .. 63, one byte. */
function constant(value: number): Code {
  return [0x41, value];
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];

/** Plain instructions have a byte (5.4.1 to 5.4.7), those of 128 bits a number after a byte of their own (5.4.8). */
const simd = (instruction: number): Code => [0xfd, ...unsigned(instruction)];

type Unary = (value: Code) => Code;
type Binary = (left: Code, right: Code) => Code;

const unary =
  (instruction: Code): Unary =>
  (value) => [...value, ...instruction];
const binary =
  (instruction: Code): Binary =>
  (left, right) => [...left, ...right, ...instruction];

/** Where a memory access lies beyond its address: the logarithm of the alignment it may count on, and an offset. */
const aligned = (bytes: 4 | 8): Code => [Math.log2(bytes), 0];

/** Arithmetic on neighbouring elements in memory that are float32. */
export interface Lanes {
  /** The type of a value: one number a lane. */
  readonly type: ValueType;
  /** Bytes of memory that the lanes cover. */
  readonly bytes: 4 | 8 | 16;
  /** The elements from an address on. */
  readonly load: Unary;
  readonly add: Binary;
  readonly subtract: Binary;
  readonly multiply: Binary;
}

/** In float64. */
export const ONE_DOUBLE: Lanes = {
  type: TYPE.f64,
  bytes: 4,
  load: unary([0x2a, ...aligned(4), 0xbb]), // f32.load, f64.promote_f32
  add: binary([0xa0]),
  subtract: binary([0xa1]),
  multiply: binary([0xa2]),
};

export const TWO_DOUBLES: Lanes = {
  type: TYPE.v128,
  bytes: 8,
  load: unary([...simd(0x5d), ...aligned(8), ...simd(0x5f)]), // v128.load64_zero, f64x2.promote_low_f32x4
  add: binary(simd(0xf0)),
  subtract: binary(simd(0xf1)),
  multiply: binary(simd(0xf2)),
};

/** In float32: what an update takes beside. */
export interface SingleLanes extends Lanes {
  /** Keeps the value at an address. */
  readonly store: Binary;
  readonly divide: Binary;
  readonly squareRoot: Unary;
  /** The variable's value, or 0 where that is nearer to 0 than `least`; NaN stays. */
  readonly orZero: (value: Variable, least: Code) => Code;
}

export const FOUR_SINGLES: SingleLanes = {
  type: TYPE.v128,
  bytes: 16,
  load: unary([...simd(0x00), ...aligned(4)]), // v128.load
  store: binary([...simd(0x0b), ...aligned(4)]), // v128.store
  add: binary(simd(0xe4)),
  subtract: binary(simd(0xe5)),
  multiply: binary(simd(0xe6)),
  divide: binary(simd(0xe7)),
  squareRoot: unary(simd(0xe3)),
  orZero: ({ value }, least) => [
    ...[...value, ...value, ...simd(0xe0)], // f32x4.abs
    ...[...least, ...simd(0x43)], // f32x4.lt
    ...simd(0x4f), // v128.andnot
  ],
};

/** The same in one lane: the others are 0. */
export const ONE_SINGLE: SingleLanes = {
  ...FOUR_SINGLES,
  bytes: 4,
  load: unary([...simd(0x5c), ...aligned(4)]), // v128.load32_zero
  store: binary([...simd(0x5a), ...aligned(4), 0]), // v128.store32_lane 0
};

/** A number of type f64. */
export const number = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)]; // f64.const

/** A number of type f64, rounded, in four lanes. */
export const inFourLanes: Unary = unary([0xb6, ...simd(0x13)]); // f32.demote_f64, f32x4.splat

/** The number in one of two lanes. */
export const laneOf = (value: Code, lane: 0 | 1): Code => [...value, ...simd(0x21), lane]; // f64x2.extract_lane

/** Integers of 32 bits: addresses and counts. */
export const plus: Binary = binary([0x6a]); // i32.add
export const advanced = (value: Code, by: number): Code => plus(value, constant(by));
const lessOne = (value: Code): Code => [...value, ...constant(1), 0x6b]; // i32.sub
export const product = (value: Code, by: number): Code => [...value, ...constant(by), 0x6c]; // i32.mul

/** Quotient, rounded down, and remainder of a power of two, 2 .. 32. */
export const quotient = (value: Code, by: number): Code => [...value, ...constant(Math.log2(by)), 0x76]; // i32.shr_u
export const remainder = (value: Code, by: number): Code => [...value, ...constant(by - 1), 0x71]; // i32.and

const NOTHING = 0x40; // The type of a block that leaves no value.
const END = 0x0b;

export const when = (condition: Code, statements: readonly Code[]): Code => [
  ...condition,
  ...[0x04, NOTHING], // if
  ...statements.flat(),
  END,
];

/** A variable of a function. */
export interface Variable {
  readonly value: Code;
  /** A statement. */
  set(value: Code): Code;
}

/** Does the statements as often as the variable of type i32 says, which is 0 then. */
export const times = (count: Variable, statements: readonly Code[]): Code =>
  when(count.value, [
    [
      ...[0x03, NOTHING], // loop
      ...statements.flat(),
      ...count.set(lessOne(count.value)),
      ...count.value,
      ...[0x0d, 0], // br_if to the begin of the loop
      END,
    ],
  ]);

/** A function in the making. All parameters come before the first local. */
export class FunctionCode {
  readonly #results: readonly ValueType[];
  readonly #parameters: ValueType[] = [];
  readonly #locals: ValueType[] = [];

  /** `result`: the type of what it returns, if anything. The last of its statements is an expression then. */
  constructor(result?: ValueType) {
    this.#results = result === undefined ? [] : [result];
  }

  parameter(type: ValueType): Variable {
    this.#parameters.push(type);
    return variable(this.#parameters.length - 1);
  }

  local(type: ValueType): Variable {
    this.#locals.push(type);
    return variable(this.#parameters.length + this.#locals.length - 1);
  }

  /**
   * The module (5.5.16) that exports the function under `name` and imports `memory` of `environment`, shared, of at most
   * `maximumPages`.
   */
  module(name: string, statements: readonly Code[], maximumPages: number): Uint8Array<ArrayBuffer> {
    const types = (list: readonly ValueType[]): Code => vector(list.map((type) => [type]));
    const functionType = [0x60, ...types(this.#parameters), ...types(this.#results)];
    const memory = [0x02, 0x03, ...unsigned(0), ...unsigned(maximumPages)]; // An import of memory; 3: shared, has a maximum
    const body = [...vector(this.#locals.map((type) => [1, type])), ...statements.flat(), END];
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d], // Magic
      ...[0x01, 0x00, 0x00, 0x00], // Version
      ...section(1, [functionType]),
      ...section(2, [[...text('environment'), ...text('memory'), ...memory]]),
      ...section(3, [[0]]), // The function is of type 0
      ...section(7, [[...text(name), 0x00, 0]]), // An export of a function, the one with index 0
      ...section(10, [sized(body)]),
    ]);
  }
}

const variable = (index: number): Variable => ({
  value: [0x20, ...unsigned(index)], // local.get
  set: (value) => [...value, 0x21, ...unsigned(index)], // local.set
});

const text = (characters: string): Code => sized([...new TextEncoder().encode(characters)]);
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];
