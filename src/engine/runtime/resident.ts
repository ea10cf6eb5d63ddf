/**
 * The tensors that stay with a runtime, and how a run's feeds and outputs meet them. Shared by all runtimes. It relies on runs
 * and updates following one another: a tensor's place may be another's as soon as it is replaced or dropped.
 */
import { ExpChatError } from '../../base/index.ts';
import { type DType, type HostTensor, type Shape, sameShape, sizeOf, stridesOf, zeros } from '../../tensor/index.ts';
import type { OpenSlot } from './blocks.ts';
import { KERNELS, type KernelName, type Slot, UPDATE_KERNELS, type Values } from './resident-kernels.ts';
import type { Feeds, ResidentUpdate } from './runtime.ts';
import type { Place, PlaceSource } from './shared-memory.ts';

/** What a program says of one input or output. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

function isOfType(tensor: HostTensor, { dtype, shape }: TensorType): boolean {
  return tensor.dtype === dtype && sameShape(tensor.shape, shape);
}

function inputError(name: string, expected: string, got: string): ExpChatError {
  return new ExpChatError({ code: 'runtime.input', message: `input ${name}: expected ${expected}, got ${got}` });
}

function checkInput(name: string, type: TensorType, tensor: HostTensor): void {
  if (!isOfType(tensor, type)) {
    throw inputError(name, `${type.dtype} [${type.shape}]`, `${tensor.dtype} [${tensor.shape}]`);
  }
}

const VIEWS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
type View = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => HostTensor['data'];

/** A tensor of that type at `place`, which is as large, with what is in it. */
function tensorAt(place: Place, { dtype, shape }: TensorType): HostTensor {
  const data = new (VIEWS[dtype] as View)(place.buffer, place.byteOffset, sizeOf(shape));
  return { dtype, shape, data } as HostTensor;
}

export class Residents {
  readonly #tensors = new Map<string, HostTensor>();
  readonly #memory: PlaceSource | undefined;
  /** Of the tensors that lie in `#memory`. */
  readonly #places = new Map<string, Place>();

  /** `memory`: tensors are copied to places of it. Without it they stay where they are. */
  constructor(memory?: PlaceSource) {
    this.#memory = memory;
  }

  /**
   * Keeps the tensor or, with a memory, a copy of it there, at the place of the one it replaces if that was as large. Nobody may
   * use the replaced one any more: its place will be another's.
   */
  put(name: string, tensor: HostTensor): void {
    if (this.#memory === undefined) this.#tensors.set(name, tensor);
    else (this.#settle(name, tensor, this.#memory).data as Float32Array).set(tensor.data as Float32Array);
  }

  /** A place of `memory` for a tensor of that type under that name, of whatever content: that of the one it replaces if it fits. */
  #settle(name: string, type: TensorType, memory: PlaceSource): HostTensor {
    const bytes = sizeOf(type.shape) * VIEWS[type.dtype].BYTES_PER_ELEMENT;
    const present = this.#places.get(name);
    const fits = present?.bytes === bytes;
    const place = fits ? present : memory.take(bytes);
    if (present !== undefined && !fits) memory.release(present);
    const settled = tensorAt(place, type);
    this.#places.set(name, place);
    this.#tensors.set(name, settled);
    return settled;
  }

  get(name: string): HostTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) {
      throw new ExpChatError({ code: 'runtime.resident', message: `resident tensor ${name}: expected one, got none` });
    }
    return tensor;
  }

  /** Lets go of the tensor, if there is one; with a memory, nobody may use it any more. */
  drop(name: string): void {
    const place = this.#places.get(name);
    if (place !== undefined) this.#memory?.release(place);
    this.#places.delete(name);
    this.#tensors.delete(name);
  }

  /** The tensor of every input, from the feeds or from here. */
  resolve(inputs: ReadonlyMap<string, TensorType>, feeds: Feeds): Map<string, HostTensor> {
    const resolved = new Map<string, HostTensor>();
    for (const [name, type] of inputs) {
      const tensor = feeds[name] ?? this.#tensors.get(name);
      if (tensor === undefined) throw inputError(name, `${type.dtype} [${type.shape}]`, 'nothing');
      checkInput(name, type, tensor);
      resolved.set(name, tensor);
    }
    return resolved;
  }

  /**
   * The resident tensor that an output of `type` becomes as a whole, made where there is none like it: a runtime may write
   * the output there instead of calling `apply`. Only for outputs that do not depend on it.
   */
  placeOf(update: ResidentUpdate, type: TensorType, feeds: Feeds): HostTensor | undefined {
    if (update.write !== undefined || update.rows !== undefined || adds(update, feeds)) return undefined;
    return this.ofType(update.resident, type);
  }

  /** The tensor of that name if it is of that type, with what is in it; else zeros in its place. */
  ofType(name: string, type: TensorType): HostTensor {
    const present = this.#tensors.get(name);
    if (present !== undefined && isOfType(present, type)) return present;
    // Not by way of a tensor elsewhere, which would stay until the garbage collector comes
    if (this.#memory === undefined) this.#tensors.set(name, zeros(type));
    else this.#settle(name, type, this.#memory).data.fill(0);
    return this.get(name);
  }

  /** Whether `update` adds an output as a whole to what is resident. */
  addsWhole(update: ResidentUpdate, feeds: Feeds): boolean {
    return update.write === undefined && update.rows === undefined && adds(update, feeds);
  }

  /** Keeps an output as `update` says. */
  apply(update: ResidentUpdate, output: HostTensor, feeds: Feeds): void {
    const { resident, write, rows } = update;
    if (rows !== undefined) {
      const type = { dtype: 'float32', shape: rows.shape } as const;
      const table = this.ofType(resident, type);
      if (!rows.onto && !adds(update, feeds)) table.data.fill(0);
      addRows(table, output, idsFed(feeds, rows.at), resident);
      return;
    }
    if (write !== undefined) {
      const position = numberFed(feeds, write.at);
      writeAlong(this.get(resident), output, write.axis, position, resident);
      return;
    }
    const present = this.#tensors.get(resident);
    if (adds(update, feeds)) addTo(this.get(resident), output, resident);
    else if (present !== undefined && isOfType(present, output)) {
      present.data.set(output.data as Float32Array); // The place of the last one: nothing to allocate, nothing to free.
    } else this.put(resident, output);
  }

  /** The slots of a kernel with their tensors, checked as a whole. */
  open<K extends KernelName>(kernel: K, slots: readonly Slot<K>[]): OpenSlot[] {
    const { tensors: places, scalars } = KERNELS[kernel];
    return slots.map((slot) => {
      const names = places.map((place) => (slot.tensors as Record<string, string>)[place]!);
      const tensors = names.map((name) => this.get(name).data as Values);
      for (const [i, { length }] of tensors.entries()) {
        if (length === tensors[0]!.length) continue;
        throw inputError(names[i]!, `${tensors[0]!.length} elements as in ${names[0]}`, String(length));
      }
      const numbers = scalars.map((name) => (slot.scalars as Record<string, number>)[name]!);
      return { tensors, addresses: this.#addresses(names), scalars: numbers };
    });
  }

  /** The tensors that a sum of squares reads. */
  openForSquares(names: readonly string[]): OpenSlot[] {
    return this.open(
      'sumSquares',
      names.map((tensor) => ({ tensors: { tensor }, scalars: {} })),
    );
  }

  /** Where the tensors lie in the common memory; undefined if one lies elsewhere or has no elements of float32. */
  #addresses(names: readonly string[]): number[] | undefined {
    const known = names.every(
      (name) => this.#places.get(name)?.common && this.#tensors.get(name)!.data instanceof Float32Array,
    );
    return known ? names.map((name) => this.#places.get(name)!.byteOffset) : undefined;
  }
}

function adds({ addWhere }: ResidentUpdate, feeds: Feeds): boolean {
  return addWhere !== undefined && numberFed(feeds, addWhere) !== 0;
}

function numberFed(feeds: Feeds, name: string): number {
  const value = feeds[name]?.data[0];
  if (value === undefined) throw inputError(name, 'a number', 'nothing');
  return value;
}

function addTo(target: HostTensor, source: HostTensor, name: string): void {
  if (!sameShape(target.shape, source.shape)) throw inputError(name, `[${target.shape}]`, `[${source.shape}]`);
  UPDATE_KERNELS.add.run([target.data as Values, source.data as Values], [], 0, target.data.length);
}

function idsFed(feeds: Feeds, name: string): Int32Array {
  const ids = feeds[name];
  if (ids?.dtype !== 'int32') throw inputError(name, 'int32 indices of rows', ids?.dtype ?? 'nothing');
  return ids.data as Int32Array;
}

/** target[ids[n]] += source[n] for each n in order. Sums are rounded one by one, as ONNX Runtime's are. */
function addRows(target: HostTensor, source: HostTensor, ids: Int32Array, name: string): void {
  const [count, width] = target.shape as [number, number];
  if (source.shape[0] !== ids.length || source.shape[1] !== width) {
    throw inputError(name, `rows [${ids.length}, ${width}]`, `[${source.shape}]`);
  }
  const [sum, rows] = [target.data, source.data];
  for (const [n, id] of ids.entries()) {
    if (id < 0 || id >= count) throw inputError(name, `indices of its ${count} rows`, String(id));
    for (let c = 0; c < width; c++) sum[id * width + c]! += rows[n * width + c]!;
  }
}

/** target[..., at : at + n, ...] = source along `axis`. */
function writeAlong(target: HostTensor, source: HostTensor, axis: number, at: number, name: string): void {
  const count = source.shape[axis]!;
  const capacity = target.shape[axis]!;
  if (!sameShape(target.shape.with(axis, 1), source.shape.with(axis, 1)) || at < 0 || at + count > capacity) {
    throw inputError(name, `[${target.shape}] to hold [${source.shape}] at ${at} of axis ${axis}`, 'less room');
  }
  const row = stridesOf(target.shape)[axis]!;
  const outer = sizeOf(target.shape.slice(0, axis));
  for (let i = 0; i < outer; i++) {
    const part = source.data.subarray(i * count * row, (i + 1) * count * row);
    (target.data as Float32Array).set(part as Float32Array, (i * capacity + at) * row);
  }
}
