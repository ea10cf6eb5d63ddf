/**
 * From a checked graph to an ONNX model. An output takes the name of the node that produces it, because a copy by
 * `Identity` at the end of a large graph costs as much as real work.
 */
import type { Shape } from '../../tensor/index.ts';
import { type Graph, isOp, type Node } from '../graph/index.ts';
import { BlockedLowering } from './blocked-rules.ts';
import { OnnxModel } from './onnx.ts';
import { type Lowering, lowerNode } from './rules.ts';

export { copiedBytes } from './blocked.ts';

/**
 * First output of every model: an empty sequence. The binding for Node turns outputs into JavaScript values one by one
 * after a run and stops at a sequence, so it copies none; `ort.worker.ts` says what that is good for.
 */
const SEAL = 'seal';

export interface LoweringOptions {
  /** Channels of a block, 8 or 16, to compute large products in blocked form (`blocked-rules.ts`); 0 for none of them. */
  readonly channelsOfBlock: number;
}

export interface LoweredProgram {
  /** An ONNX model. Inputs and outputs keep their names; `SEAL` is one output more. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Shapes in which the model gives its outputs: of as many elements as the graph's own, in the same order. */
  readonly outputShapes: ReadonlyMap<string, Shape>;
}

export function lower(graph: Graph, { channelsOfBlock }: LoweringOptions): LoweredProgram {
  const model = new OnnxModel();
  const names = nameNodes(graph);
  const norms = pairNorms(graph);
  const inverses = new Map([...norms].map(([inverse, norm]) => [norm, inverse]));
  const softmaxes = new Map(graph.nodes.flatMap((node) => (isOp(node, 'softmax') ? [[node.inputs[0]!, node]] : [])));
  const sigmoids = new Map(graph.nodes.flatMap((node) => (isOp(node, 'sigmoid') ? [[node.inputs[0]!, node]] : [])));
  let freshCount = 0;
  const context: Lowering = {
    model,
    nameOf: (node) => names.get(node)!,
    fresh: () => `t${freshCount++}`,
    normOf: (node) => norms.get(node),
    inverseOf: (node) => inverses.get(node),
    softmaxOf: (node) => softmaxes.get(node.inputs[0]!),
    sigmoidOf: (node) => sigmoids.get(node.inputs[0]!),
  };
  for (const [name, node] of graph.inputs) model.input({ name, dtype: node.dtype, shape: node.shape });
  const blocked = channelsOfBlock > 0 ? new BlockedLowering(graph, context, channelsOfBlock) : undefined;
  for (const node of sigmoidsFirst(graph, context)) {
    if (blocked?.lower(node)) continue;
    const inputs = node.inputs.map((input) => names.get(input)!);
    lowerNode(node, inputs, names.get(node)!, context);
  }
  model.node('SequenceEmpty', [], [SEAL]);
  model.sequenceOutput(SEAL);
  const outputShapes = new Map(
    [...graph.outputs].map(([name, node]) => [name, blocked?.images.get(node) ?? node.shape]),
  );
  for (const [name, node] of graph.outputs) {
    if (names.get(node) !== name) model.node('Identity', [names.get(node)!], [name]);
    model.output({ name, dtype: node.dtype, shape: outputShapes.get(name)! });
  }
  return { bytes: model.finish(new Map([...names].map(([node, name]) => [name, node.shape]))), outputShapes };
}

function nameNodes(graph: Graph): Map<Node, string> {
  const names = new Map<Node, string>();
  for (const [name, node] of graph.inputs) names.set(node, name);
  for (const [name, node] of graph.outputs) {
    if (!names.has(node) && !isOp(node, 'constant') && !isOp(node, 'fill')) names.set(node, name);
  }
  for (const [i, node] of graph.nodes.entries()) if (!names.has(node)) names.set(node, `n${i}`);
  return names;
}

/** The nodes with a sigmoid right before the silu that is computed with it and needs its name, in blocked form as well. */
function sigmoidsFirst({ nodes }: Graph, { sigmoidOf }: Lowering): Set<Node> {
  const ordered = new Set<Node>();
  for (const node of nodes) {
    const sigmoid = isOp(node, 'silu') ? sigmoidOf(node) : undefined;
    if (sigmoid !== undefined) ordered.add(sigmoid);
    ordered.add(node);
  }
  return ordered;
}

/** For each inverseRms, the rmsNorm of the same x and epsilon that comes before it. */
function pairNorms(graph: Graph): Map<Node<'inverseRms'>, Node<'rmsNorm'>> {
  const keyOf = (node: Node<'rmsNorm'> | Node<'inverseRms'>) => `${node.inputs[0]!.id}|${node.attributes.epsilon}`;
  const norms = new Map<string, Node<'rmsNorm'>>();
  const pairs = new Map<Node<'inverseRms'>, Node<'rmsNorm'>>();
  const outputs = new Set(graph.outputs.values());
  for (const node of graph.nodes) {
    if (isOp(node, 'rmsNorm')) norms.set(keyOf(node), node);
    if (!isOp(node, 'inverseRms') || outputs.has(node)) continue;
    const norm = norms.get(keyOf(node));
    if (norm !== undefined) pairs.set(node, norm);
  }
  return pairs;
}
