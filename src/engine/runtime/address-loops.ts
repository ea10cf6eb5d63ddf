/**
 * Loops in WebAssembly, two elements at a time: AdamW and the sum of squares. They have the bits of the loops in
 * `resident-kernels.ts`, which are the definition; they work on addresses in one memory and do not know what else lies there.
 */
import type { AddressLoops } from './blocks.ts';
import { SIDE_BY_SIDE, UPDATE_KERNELS } from './resident-kernels.ts';
import { type CommonMemory, MOST_PAGES } from './shared-memory.ts';
import {
  advanced,
  type Code,
  FunctionCode,
  inBothLanes,
  type Lanes,
  laneOf,
  NUMBER_ONE,
  ONE_LANE,
  plus,
  product,
  quotient,
  remainder,
  TWO_LANES,
  TYPE,
  times,
  type Variable,
  when,
} from './wasm-code.ts';

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly environment: { readonly memory: CommonMemory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

type TensorName = (typeof UPDATE_KERNELS.adamw.tensors)[number];
type ScalarName = (typeof UPDATE_KERNELS.adamw.scalars)[number];

/** What the formula wants to be told once: the shares of the gradient are reckoned before the loop. */
type FormulaNumber = Exclude<ScalarName, 'gradientScale'> | 'takeM' | 'takeV';

type Named<Name extends string, T> = Readonly<Record<Name, T>>;

function named<const Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Named<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}

/** One element of each lane. Every operation stands where it stands in the definition, for each of them rounds. */
function step(
  code: FunctionCode,
  lanes: Lanes,
  at: Named<TensorName, Variable>,
  numbers: Named<FormulaNumber, Code>,
): Code {
  const { load, store, add, subtract, multiply, divide, squareRoot } = lanes;
  const { beta1, beta2, stepSize, epsilonHat, keep, takeM, takeV } = numbers;
  const { g, nextM, nextV } = named(['g', 'nextM', 'nextV'], () => code.local(lanes.type));
  return [
    g.set(load(at.gradient.value)),
    nextM.set(add(multiply(beta1, load(at.m.value)), multiply(takeM, g.value))),
    nextV.set(add(multiply(beta2, load(at.v.value)), multiply(multiply(takeV, g.value), g.value))),
    store(at.m.value, nextM.value),
    store(at.v.value, nextV.value),
    store(
      at.parameter.value,
      subtract(
        multiply(keep, load(at.parameter.value)),
        divide(multiply(stepSize, nextM.value), add(squareRoot(nextV.value), epsilonHat)),
      ),
    ),
  ].flat();
}

/** Parameters of the function: the tensors' addresses, a count of elements, the scalars, in the order of the definition. */
function adamwModule(): Uint8Array<ArrayBuffer> {
  const code = new FunctionCode();
  const { tensors, scalars } = UPDATE_KERNELS.adamw;
  const at = named(tensors, () => code.parameter(TYPE.i32));
  const count = code.parameter(TYPE.i32);
  const given = named(scalars, () => code.parameter(TYPE.f64));
  const { gradientScale, ...others } = named(scalars, (name) => given[name].value);
  const { takeM, takeV } = named(['takeM', 'takeV'], () => code.local(TYPE.f64));
  const pairs = code.local(TYPE.i32);
  const inOne: Named<FormulaNumber, Code> = { ...others, takeM: takeM.value, takeV: takeV.value };
  const names = Object.keys(inOne) as FormulaNumber[];
  const splat = named(names, () => code.local(TYPE.v128));
  const inTwo = named(names, (name) => splat[name].value);
  const { multiply, subtract } = ONE_LANE;
  return code.module(
    'adamw',
    [
      takeM.set(multiply(subtract(NUMBER_ONE, others.beta1), gradientScale)),
      takeV.set(multiply(multiply(subtract(NUMBER_ONE, others.beta2), gradientScale), gradientScale)),
      ...names.map((name) => splat[name].set(inBothLanes(inOne[name]))),
      pairs.set(quotient(count.value, 2)),
      times(pairs, [
        step(code, TWO_LANES, at, inTwo),
        ...tensors.map((name) => at[name].set(advanced(at[name].value, TWO_LANES.bytes))),
      ]),
      when(remainder(count.value, 2), [step(code, ONE_LANE, at, inOne)]),
    ],
    MOST_PAGES,
  );
}

/** Parameters of the function: the tensor's address and a count of elements. It returns the sum. */
function sumSquaresModule(): Uint8Array<ArrayBuffer> {
  const code = new FunctionCode(TYPE.f64);
  const begin = code.parameter(TYPE.i32);
  const count = code.parameter(TYPE.i32);
  const [pairs, bytes, left] = [code.local(TYPE.i32), code.local(TYPE.i32), code.local(TYPE.i32)];
  const at = Array.from({ length: SIDE_BY_SIDE }, () => code.local(TYPE.i32));
  const inTwo = at.map(() => code.local(TWO_LANES.type));
  const sum = code.local(ONE_LANE.type);
  const evenAndOdd = 2 * SIDE_BY_SIDE;
  const rest = at.at(-1)!; // The last run ends where the rest begins.
  const addSquare = (lanes: Lanes, to: Variable, from: Variable): Code => {
    const x = code.local(lanes.type);
    return [
      x.set(lanes.load(from.value)),
      to.set(lanes.add(to.value, lanes.multiply(x.value, x.value))),
      from.set(advanced(from.value, lanes.bytes)),
    ].flat();
  };
  const inOrder = inTwo.flatMap(({ value }) => [laneOf(value, 0), laneOf(value, 1)]);
  return code.module(
    'sumSquares',
    [
      pairs.set(quotient(count.value, evenAndOdd)),
      bytes.set(product(pairs.value, TWO_LANES.bytes)),
      ...at.map((run, i) => run.set(i === 0 ? begin.value : plus(at[i - 1]!.value, bytes.value))),
      times(
        pairs,
        at.map((run, i) => addSquare(TWO_LANES, inTwo[i]!, run)),
      ),
      sum.set(inOrder.reduce(ONE_LANE.add)),
      left.set(remainder(count.value, evenAndOdd)),
      times(left, [addSquare(ONE_LANE, sum, rest)]),
      sum.value,
    ],
    MOST_PAGES,
  );
}

const BYTES_AN_ELEMENT = Float32Array.BYTES_PER_ELEMENT;

/** The loops that there are for tensors in `memory`, for the thread that calls this. */
export function addressLoops(memory: CommonMemory): AddressLoops {
  const loop = <Result>(name: string, module: Uint8Array<ArrayBuffer>) => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { environment: { memory } });
    const run = exports[name] as (...operands: readonly number[]) => Result;
    return (addresses: readonly number[], scalars: readonly number[], begin: number, end: number) =>
      run(...addresses.map((address) => address + begin * BYTES_AN_ELEMENT), end - begin, ...scalars);
  };
  return {
    adamw: loop<undefined>('adamw', adamwModule()),
    sumSquares: loop<number>('sumSquares', sumSquaresModule()),
  };
}
