/**
 * Loops in WebAssembly, several elements at a time: AdamW, sums and the sum of squares. They have the bits of the loops in
 * `resident-kernels.ts`, which are the definition; they work on addresses in one memory and do not know what else lies there.
 */
import type { AddressLoops } from './blocks.ts';
import { LEAST_MOMENT, SIDE_BY_SIDE, UPDATE_KERNELS } from './resident-kernels.ts';
import { type CommonMemory, MOST_PAGES } from './shared-memory.ts';
import {
  advanced,
  type Code,
  FOUR_SINGLES,
  FunctionCode,
  inFourLanes,
  type Lanes,
  laneOf,
  number,
  ONE_DOUBLE,
  ONE_SINGLE,
  plus,
  product,
  quotient,
  remainder,
  type SingleLanes,
  TWO_DOUBLES,
  TYPE,
  times,
  type Variable,
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
type FormulaNumber = Exclude<ScalarName, 'gradientScale'> | 'takeM' | 'takeV' | 'least';

type Named<Name extends string, T> = Readonly<Record<Name, T>>;

function named<const Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Named<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}

/** One element of each lane. Every operation stands where it stands in the definition, for each of them rounds. */
function step(
  code: FunctionCode,
  lanes: SingleLanes,
  at: Named<TensorName, Variable>,
  numbers: Named<FormulaNumber, Code>,
): Code {
  const { load, store, add, subtract, multiply, divide, squareRoot, orZero } = lanes;
  const { beta1, beta2, stepSize, epsilonHat, decay, takeM, takeV, least } = numbers;
  const { g, p, nextM, nextV } = named(['g', 'p', 'nextM', 'nextV'], () => code.local(lanes.type));
  return [
    g.set(load(at.gradient.value)),
    p.set(load(at.parameter.value)),
    nextM.set(add(multiply(beta1, load(at.m.value)), multiply(takeM, g.value))),
    nextM.set(orZero(nextM, least)),
    nextV.set(add(multiply(beta2, load(at.v.value)), multiply(multiply(takeV, g.value), g.value))),
    nextV.set(orZero(nextV, least)),
    store(at.m.value, nextM.value),
    store(at.v.value, nextV.value),
    store(
      at.parameter.value,
      subtract(
        p.value,
        add(
          multiply(decay, p.value),
          divide(multiply(stepSize, nextM.value), add(squareRoot(nextV.value), epsilonHat)),
        ),
      ),
    ),
    ...Object.values(at).map((address) => address.set(advanced(address.value, lanes.bytes))),
  ].flat();
}

/** Parameters of the function: the tensors' addresses, a count of elements, the scalars, in the order of the definition. */
function adamwModule(): Uint8Array<ArrayBuffer> {
  const code = new FunctionCode();
  const { tensors, scalars } = UPDATE_KERNELS.adamw;
  const at = named(tensors, () => code.parameter(TYPE.i32));
  const count = code.parameter(TYPE.i32);
  const given = named(scalars, () => code.parameter(TYPE.f64));
  const [fours, left] = [code.local(TYPE.i32), code.local(TYPE.i32)];
  const { gradientScale, ...others } = named(scalars, (name) => given[name].value);
  const { multiply, subtract } = ONE_DOUBLE;
  const doubles: Named<FormulaNumber, Code> = {
    ...others,
    takeM: multiply(subtract(number(1), others.beta1), gradientScale),
    takeV: multiply(multiply(subtract(number(1), others.beta2), gradientScale), gradientScale),
    least: number(LEAST_MOMENT),
  };
  const names = Object.keys(doubles) as FormulaNumber[];
  const singles = named(names, () => code.local(FOUR_SINGLES.type));
  const numbers = named(names, (name) => singles[name].value);
  return code.module(
    'adamw',
    [
      ...names.map((name) => singles[name].set(inFourLanes(doubles[name]))),
      fours.set(quotient(count.value, 4)),
      times(fours, [step(code, FOUR_SINGLES, at, numbers)]),
      left.set(remainder(count.value, 4)),
      times(left, [step(code, ONE_SINGLE, at, numbers)]),
    ],
    MOST_PAGES,
  );
}

/** Parameters of the function: the addresses of the sum and of the term, and a count of elements. */
function addModule(): Uint8Array<ArrayBuffer> {
  const code = new FunctionCode();
  const [sum, term, count] = [code.parameter(TYPE.i32), code.parameter(TYPE.i32), code.parameter(TYPE.i32)];
  const [fours, left] = [code.local(TYPE.i32), code.local(TYPE.i32)];
  const addNext = ({ load, store, add, bytes }: SingleLanes): Code => [
    ...store(sum.value, add(load(sum.value), load(term.value))),
    ...sum.set(advanced(sum.value, bytes)),
    ...term.set(advanced(term.value, bytes)),
  ];
  return code.module(
    'add',
    [
      fours.set(quotient(count.value, 4)),
      times(fours, [addNext(FOUR_SINGLES)]),
      left.set(remainder(count.value, 4)),
      times(left, [addNext(ONE_SINGLE)]),
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
  const inTwo = at.map(() => code.local(TWO_DOUBLES.type));
  const sum = code.local(ONE_DOUBLE.type);
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
      bytes.set(product(pairs.value, TWO_DOUBLES.bytes)),
      ...at.map((run, i) => run.set(i === 0 ? begin.value : plus(at[i - 1]!.value, bytes.value))),
      times(
        pairs,
        at.map((run, i) => addSquare(TWO_DOUBLES, inTwo[i]!, run)),
      ),
      sum.set(inOrder.reduce(ONE_DOUBLE.add)),
      left.set(remainder(count.value, evenAndOdd)),
      times(left, [addSquare(ONE_DOUBLE, sum, rest)]),
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
    add: loop<undefined>('add', addModule()),
    sumSquares: loop<number>('sumSquares', sumSquaresModule()),
  };
}
