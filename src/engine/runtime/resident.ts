/** The tensors that stay with a runtime, and how a run's feeds and outputs meet them. Shared by all runtimes. */
import { ExpChatError } from '../../base/index.ts';
import { type DType, type HostTensor, type Shape, sameShape, sizeOf, stridesOf } from '../../tensor/index.ts';
import type { Feeds, ResidentUpdate } from './runtime.ts';

/** What a program says of one input. */
export interface InputType {
  readonly dtype: DType;
  readonly shape: Shape;
}

function inputError(name: string, expected: string, got: string): ExpChatError {
  return new ExpChatError({ code: 'runtime.input', message: `input ${name}: expected ${expected}, got ${got}` });
}

function checkInput(name: string, type: InputType, tensor: HostTensor): void {
  if (tensor.dtype !== type.dtype || !sameShape(tensor.shape, type.shape)) {
    throw inputError(name, `${type.dtype} [${type.shape}]`, `${tensor.dtype} [${tensor.shape}]`);
  }
}

export class Residents {
  readonly #tensors = new Map<string, HostTensor>();

  put(name: string, tensor: HostTensor): void {
    this.#tensors.set(name, tensor);
  }

  get(name: string): HostTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) {
      throw new ExpChatError({ code: 'runtime.resident', message: `resident tensor ${name}: expected one, got none` });
    }
    return tensor;
  }

  drop(name: string): void {
    this.#tensors.delete(name);
  }

  /** The tensor of every input, from the feeds or from here. */
  resolve(inputs: ReadonlyMap<string, InputType>, feeds: Feeds): Map<string, HostTensor> {
    const resolved = new Map<string, HostTensor>();
    for (const [name, type] of inputs) {
      const tensor = feeds[name] ?? this.#tensors.get(name);
      if (tensor === undefined) throw inputError(name, `${type.dtype} [${type.shape}]`, 'nothing');
      checkInput(name, type, tensor);
      resolved.set(name, tensor);
    }
    return resolved;
  }

  /** Keeps an output as `update` says. Returns the tensor that it replaced, whose memory the caller may free. */
  apply(update: ResidentUpdate, output: HostTensor, feeds: Feeds): HostTensor | undefined {
    if (update.write === undefined) {
      const replaced = this.#tensors.get(update.resident);
      this.#tensors.set(update.resident, output);
      return replaced;
    }
    const position = feeds[update.write.at]?.data[0];
    if (position === undefined) throw inputError(update.write.at, 'the position to write at', 'nothing');
    writeAlong(this.get(update.resident), output, update.write.axis, position, update.resident);
    return undefined;
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
