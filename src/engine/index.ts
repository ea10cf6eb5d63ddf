export { compile, peakBytes } from './compile.ts';
export { grad, type RowGradient, rowGradient } from './grad/index.ts';
export { type Graph, print as printGraph } from './graph/index.ts';
export { createOrtRuntime, type OrtOptions, ortFacts, replicasOf } from './runtime/ort.node.ts';
export { createReferenceRuntime, type ReferenceOptions } from './runtime/reference.ts';
export type { UpdateKernelName, UpdateSlot } from './runtime/resident-kernels.ts';
export type { Executable, Feeds, Program, ResidentUpdate, Runtime } from './runtime/runtime.ts';
export { concat, type Operand, Tensor, Trace } from './trace/index.ts';
