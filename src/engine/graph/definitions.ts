/**
 * What each composite op means, in primitives. A backend may run a fused form; the tests hold every form equal to this.
 */
import {
  add,
  concat,
  exp,
  inverseRms,
  log,
  logSumExp,
  max,
  mul,
  pickLast,
  reciprocal,
  reshape,
  sigmoid,
  slice,
  sqrt,
  stopGradient,
  sub,
  sum,
} from './build.ts';
import type { Node } from './node.ts';
import type { OpAttributes } from './ops.ts';

export type CompositeName =
  | 'sumSquares'
  | 'softmax'
  | 'logSumExp'
  | 'silu'
  | 'rmsNorm'
  | 'inverseRms'
  | 'rope'
  | 'crossEntropy';

type Definition<K extends CompositeName> = (inputs: readonly Node[], attributes: OpAttributes[K]) => Node;

const last = (x: Node): number[] => [x.shape.length - 1];

export const DEFINITIONS = {
  // exp(x - m) / sum exp(x - m), m = max x: the largest exponent is 0, so nothing overflows
  softmax([x]) {
    const e = exp(sub(x!, stopGradient(max(x!, last(x!)))));
    return mul(e, reciprocal(sum(e, last(x!))));
  },
  // m + log sum exp(x - m)
  logSumExp([x]) {
    const m = stopGradient(max(x!, last(x!)));
    return add(m, log(sum(exp(sub(x!, m)), last(x!))));
  },
  sumSquares: ([x], { axes }) => sum(mul(x!, x!), axes),
  silu: ([x]) => mul(x!, sigmoid(x!)),
  rmsNorm: ([x, weight], { epsilon }) => mul(mul(x!, inverseRms(x!, epsilon)), weight!),
  inverseRms([x], { epsilon }) {
    const meanSquare = mul(sum(mul(x!, x!), last(x!)), 1 / x!.shape.at(-1)!);
    return reciprocal(sqrt(add(meanSquare, epsilon)));
  },
  // (a, b) -> (a cos - b sin, b cos + a sin), a and b the halves of the head
  rope([x, cos, sin]) {
    const [batch, , time, width] = x!.shape as [number, number, number, number];
    const c = reshape(cos!, [batch, 1, time, width / 2]);
    const s = reshape(sin!, [batch, 1, time, width / 2]);
    const a = slice(x!, 3, 0, width / 2);
    const b = slice(x!, 3, width / 2, width);
    return concat([sub(mul(a, c), mul(b, s)), add(mul(b, c), mul(a, s))], 3);
  },
  crossEntropy: ([logits, targets]) => sub(reshape(logSumExp(logits!), targets!.shape), pickLast(logits!, targets!)),
} satisfies { [K in CompositeName]: Definition<K> };

export const COMPOSITES = Object.keys(DEFINITIONS) as CompositeName[];

/** The value of a composite node in primitives (and, for some, in simpler composites). */
export function define<K extends CompositeName>(node: Node<K>): Node {
  return (DEFINITIONS[node.op] as unknown as Definition<K>)(node.inputs, node.attributes);
}
