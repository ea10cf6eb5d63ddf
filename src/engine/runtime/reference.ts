/**
 * The reference runtime: walks the graph node by node with the kernels beside it, in float64, without any native part.
 * It is the oracle and the runtime of the unit tests; it is not fast.
 */
import type { HostTensor } from '../../tensor/index.ts';
import type { Graph, Node } from '../graph/index.ts';
import { blockCount, runBlocks } from './blocks.ts';
import { runKernel, type Value } from './reference-kernels.ts';
import { Residents } from './resident.ts';
import { total } from './resident-kernels.ts';
import type { Executable, Feeds, Program, Runtime } from './runtime.ts';

export interface ReferenceOptions {
  /** `double` returns float32 outputs as Float64Array, unrounded, for central differences. */
  readonly precision?: 'single' | 'double';
}

function toValue(tensor: HostTensor): Value {
  const data = tensor.dtype === 'float32' ? Float64Array.from(tensor.data) : tensor.data.slice();
  return { shape: tensor.shape, data: data as Value['data'] };
}

function toTensor(node: Node, value: Value, precision: 'single' | 'double'): HostTensor {
  const data = node.dtype === 'float32' && precision === 'single' ? Float32Array.from(value.data) : value.data.slice();
  return { dtype: node.dtype, shape: node.shape, data } as HostTensor;
}

/** Values of all outputs of the graph. */
export function evaluate(graph: Graph, inputs: ReadonlyMap<string, HostTensor>): Map<string, Value> {
  const values = new Map<Node, Value>();
  for (const [name, node] of graph.inputs) values.set(node, toValue(inputs.get(name)!));
  for (const node of graph.nodes) {
    if (node.op !== 'input')
      values.set(
        node,
        runKernel(
          node,
          node.inputs.map((input) => values.get(input)!),
        ),
      );
  }
  return new Map([...graph.outputs].map(([name, node]) => [name, values.get(node)!]));
}

export function createReferenceRuntime(options: ReferenceOptions = {}): Runtime {
  const precision = options.precision ?? 'single';
  const residents = new Residents();

  function run({ graph, updates }: Program, feeds: Feeds): Record<string, HostTensor> {
    const values = evaluate(graph, residents.resolve(graph.inputs, feeds));
    const kept = new Map(updates.map((update) => [update.output, update]));
    const results: Record<string, HostTensor> = {};
    for (const [name, node] of graph.outputs) {
      const tensor = toTensor(node, values.get(name)!, precision);
      const update = kept.get(name);
      if (update === undefined) results[name] = tensor;
      else residents.apply(update, tensor, feeds);
    }
    return results;
  }

  return {
    name: 'reference',
    replicas: async () => 1,
    prepare: async (program): Promise<Executable> => ({
      run: async (feeds) => run(program, feeds),
      async runBeside(all) {
        for (const feeds of all) residents.resolve(program.graph.inputs, feeds); // Throws before any of them runs
        return all.map((feeds) => run(program, feeds));
      },
      release: async () => undefined,
    }),
    async put(tensors) {
      for (const [name, tensor] of Object.entries(tensors)) {
        residents.put(name, { ...tensor, data: tensor.data.slice() } as HostTensor);
      }
    },
    async get(names) {
      const copy = (tensor: HostTensor) => ({ ...tensor, data: tensor.data.slice() }) as HostTensor;
      return Object.fromEntries(names.map((name) => [name, copy(residents.get(name))]));
    },
    async drop(names) {
      for (const name of names) residents.drop(name);
    },
    async update(kernel, slots) {
      const open = residents.open(kernel, slots);
      runBlocks(kernel, open, 0, blockCount(open));
    },
    async sumSquares(names) {
      const open = residents.openForSquares(names);
      return total(runBlocks('sumSquares', open, 0, blockCount(open)));
    },
    close: async () => undefined,
  };
}
