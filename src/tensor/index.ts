/**
 * Host tensors: a typed array and its shape, row-major. No arithmetic.
 * Legend of shapes in the whole house: B batch, T query positions, S key positions, C width, H heads, K key/value heads,
 * D head width, F mlp width, V vocabulary.
 */
import { ExpChatError } from '../base/index.ts';

/** What graphs compute with. `float32` is every real number; `int32` is ids and positions; `bool` is 0 or 1 in a byte. */
export type DType = 'float32' | 'int32' | 'bool';
export type Shape = readonly number[];

export interface DataOf {
  float32: Float32Array | Float64Array;
  int32: Int32Array;
  bool: Uint8Array;
}

/** `float32` data may be held as Float64Array where the reference runtime computes in double precision. */
export interface HostTensor<K extends DType = DType> {
  readonly dtype: K;
  readonly shape: Shape;
  readonly data: DataOf[K];
}

/** Number of elements; 1 for a scalar (`[]`). Throws `tensor.shape` on a negative, fractional or unsafe size. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) {
    size *= extent;
    if (!Number.isSafeInteger(extent) || extent < 0 || !Number.isSafeInteger(size)) {
      throw new ExpChatError({ code: 'tensor.shape', message: `shape: expected sizes of 0 and more, got [${shape}]` });
    }
  }
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

function checked<K extends DType>(dtype: K, shape: Shape, data: DataOf[K]): HostTensor<K> {
  if (data.length !== sizeOf(shape)) {
    throw new ExpChatError({
      code: 'tensor.size',
      message: `tensor of shape [${shape}]: expected ${sizeOf(shape)} elements, got ${data.length}`,
    });
  }
  return { dtype, shape: [...shape], data };
}

export function float32(shape: Shape, data?: Float32Array | Float64Array | readonly number[]): HostTensor<'float32'> {
  const array =
    data === undefined ? new Float32Array(sizeOf(shape)) : Array.isArray(data) ? Float32Array.from(data) : data;
  return checked('float32', shape, array as Float32Array | Float64Array);
}

export function int32(shape: Shape, data?: Int32Array | readonly number[]): HostTensor<'int32'> {
  const array = data === undefined ? new Int32Array(sizeOf(shape)) : Array.isArray(data) ? Int32Array.from(data) : data;
  return checked('int32', shape, array as Int32Array);
}

export function bool(shape: Shape, data?: Uint8Array | readonly number[]): HostTensor<'bool'> {
  const array = data === undefined ? new Uint8Array(sizeOf(shape)) : Array.isArray(data) ? Uint8Array.from(data) : data;
  return checked('bool', shape, array as Uint8Array);
}

/** Zeros of a dtype and shape. */
export function zeros({ dtype, shape }: Pick<HostTensor, 'dtype' | 'shape'>): HostTensor {
  return { float32, int32, bool }[dtype](shape);
}

export function scalar(value: number): HostTensor<'float32'> {
  return float32([], Float32Array.of(value));
}
