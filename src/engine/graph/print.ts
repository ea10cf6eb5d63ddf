/** A graph as text, one node a line, for people and for snapshots. */
import type { Graph, Node } from './node.ts';

const SHORT = { float32: 'f32', int32: 'i32', bool: 'bool' } as const;

function attributesOf(node: Node): string {
  if (node.op === 'constant') return ' {…}';
  const entries = Object.entries(node.attributes).filter(([, value]) => value !== false && value !== undefined);
  if (entries.length === 0) return '';
  return ` {${entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')}}`;
}

/** Nodes are numbered in the order of the graph, so equal graphs print equally. */
export function print(graph: Graph): string {
  const number = new Map(graph.nodes.map((node, i) => [node, i]));
  const lines = graph.nodes.map((node) => {
    const inputs = node.inputs.map((input) => `%${number.get(input)}`).join(', ');
    return `%${number.get(node)} = ${node.op}(${inputs})${attributesOf(node)} : ${SHORT[node.dtype]}[${node.shape.join(', ')}]`;
  });
  for (const [name, node] of graph.outputs) lines.push(`output ${name} = %${number.get(node)}`);
  return `${lines.join('\n')}\n`;
}
