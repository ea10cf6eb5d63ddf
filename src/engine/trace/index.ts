export { concat, type Operand, Tensor, Trace } from './tensor.ts';
