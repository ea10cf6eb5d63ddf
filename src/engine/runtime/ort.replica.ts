/** Sessions of programs in a crew member's thread, beside those of the runtime's own. */
import type { HostTensor } from '../../tensor/index.ts';
import type { LoweredProgram } from '../lower/index.ts';
import type { CrewMember } from './crew-members.ts';

type Tensors = ReadonlyMap<string, HostTensor>;

/** What the thread knows of a program. Telling it of a hundred tensors takes a millisecond, so it is told what is new. */
interface Told {
  inputs: Tensors;
  outputs: Tensors;
}

export class Replica {
  readonly #member: CrewMember;
  readonly #told = new Map<number, Told>();

  constructor(member: CrewMember) {
    this.#member = member;
  }

  async open(program: number, onnx: LoweredProgram, threads: number): Promise<void> {
    await this.#member.ask({ kind: 'open', program, onnx, threads });
    this.#told.set(program, { inputs: new Map(), outputs: new Map() });
  }

  /** Outputs must lie in shared memory; inputs that do not are copied, so one that is the same object must be the same numbers. */
  async run(program: number, inputs: Tensors, outputs: Tensors): Promise<void> {
    const told = this.#told.get(program)!;
    const fresh = { inputs: changed(inputs, told.inputs), outputs: changed(outputs, told.outputs) };
    Object.assign(told, { inputs, outputs });
    await this.#member.ask({ kind: 'run', program, ...fresh });
  }

  async release(program: number): Promise<void> {
    this.#told.delete(program);
    await this.#member.ask({ kind: 'release', program });
  }
}

function changed(tensors: Tensors, before: Tensors): Tensors {
  return new Map([...tensors].filter(([name, tensor]) => before.get(name) !== tensor));
}
