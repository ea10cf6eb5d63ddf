export * from './build.ts';
export { check } from './check.ts';
export { COMPOSITES, type CompositeName, define } from './definitions.ts';
export { broadcastShape } from './infer.ts';
export { peakBytes } from './memory.ts';
export { Builder, type Graph, isOp, type Node } from './node.ts';
export type { OpAttributes, OpName } from './ops.ts';
export { print } from './print.ts';
