/**
 * Loops in WebAssembly, several elements at a time: what optimizers do, sums and the sum of squares. They have the bits of the loops in
 * `resident-kernels.ts`, which are the definition; they work on addresses in one memory and do not know what else lies there.
 */
import type { AddressLoops } from './blocks.ts';
import { type KernelName, LEAST_MOMENT, SIDE_BY_SIDE, UPDATE_KERNELS } from './resident-kernels.ts';
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

type Named<Name extends string, T> = Readonly<Record<Name, T>>;

function named<const Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Named<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}

/** How one element of each lane is updated: what the definition in `resident-kernels.ts` says of it, its operations in their places, for each of them rounds. */
interface Update<T extends string, S extends string, N extends string> {
  readonly name: KernelName;
  readonly tensors: readonly T[];
  readonly scalars: readonly S[];
  /** What the step wants to be told of the scalars, reckoned before the loop. */
  readonly numbers: (given: Named<S, Code>) => Named<N, Code>;
  readonly step: (code: FunctionCode, lanes: SingleLanes, at: Named<T, Variable>, numbers: Named<N, Code>) => Code[];
}

/** Parameters of the function: the tensors' addresses, a count of elements, the scalars, in the order of the definition. */
function updateModule<T extends string, S extends string, N extends string>(
  update: Update<T, S, N>,
): Uint8Array<ArrayBuffer> {
  const code = new FunctionCode();
  const at = named(update.tensors, () => code.parameter(TYPE.i32));
  const count = code.parameter(TYPE.i32);
  const given = named(update.scalars, () => code.parameter(TYPE.f64));
  const [fours, left] = [code.local(TYPE.i32), code.local(TYPE.i32)];
  const doubles = update.numbers(named(update.scalars, (name) => given[name].value));
  const names = Object.keys(doubles) as N[];
  const singles = named(names, () => code.local(FOUR_SINGLES.type));
  const numbers = named(names, (name) => singles[name].value);
  const advance = ({ bytes }: SingleLanes): Code[] =>
    Object.values<Variable>(at).map((address) => address.set(advanced(address.value, bytes)));
  const stepIn = (lanes: SingleLanes): Code[] => [...update.step(code, lanes, at, numbers), ...advance(lanes)];
  return code.module(
    update.name,
    [
      ...names.map((name) => singles[name].set(inFourLanes(doubles[name]))),
      fours.set(quotient(count.value, 4)),
      times(fours, stepIn(FOUR_SINGLES)),
      left.set(remainder(count.value, 4)),
      times(left, stepIn(ONE_SINGLE)),
    ],
    MOST_PAGES,
  );
}

const adamw = () =>
  updateModule({
    ...UPDATE_KERNELS.adamw,
    name: 'adamw',
    numbers({ gradientScale, ...others }) {
      const { multiply, subtract } = ONE_DOUBLE;
      return {
        ...others,
        takeM: multiply(subtract(number(1), others.beta1), gradientScale),
        takeV: multiply(multiply(subtract(number(1), others.beta2), gradientScale), gradientScale),
        least: number(LEAST_MOMENT),
      };
    },
    step(code, lanes, at, { beta1, beta2, stepSize, epsilonHat, decay, takeM, takeV, least }) {
      const { load, store, add, subtract, multiply, divide, squareRoot, orZero } = lanes;
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
      ];
    },
  });

const momentum = () =>
  updateModule({
    ...UPDATE_KERNELS.momentum,
    name: 'momentum',
    numbers({ gradientScale, beta }) {
      return { beta, take: ONE_DOUBLE.multiply(ONE_DOUBLE.subtract(number(1), beta), gradientScale) };
    },
    step(code, lanes, at, { beta, take }) {
      const { load, store, add, multiply } = lanes;
      const [g, next] = [code.local(lanes.type), code.local(lanes.type)];
      return [
        g.set(multiply(take, load(at.gradient.value))),
        next.set(add(multiply(beta, load(at.m.value)), g.value)),
        store(at.m.value, next.value),
        store(at.gradient.value, add(g.value, multiply(beta, next.value))),
      ];
    },
  });

const descend = () =>
  updateModule({
    ...UPDATE_KERNELS.descend,
    name: 'descend',
    numbers: (given) => given,
    step(code, lanes, at, { stepSize, decay }) {
      const { load, store, add, subtract, multiply } = lanes;
      const p = code.local(lanes.type);
      const moved = add(multiply(decay, p.value), multiply(stepSize, load(at.direction.value)));
      return [p.set(load(at.parameter.value)), store(at.parameter.value, subtract(p.value, moved))];
    },
  });

const add = () =>
  updateModule({
    ...UPDATE_KERNELS.add,
    name: 'add',
    numbers: (given) => given,
    step: (_, lanes, at) => [lanes.store(at.sum.value, lanes.add(lanes.load(at.sum.value), lanes.load(at.term.value)))],
  });

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
    adamw: loop<undefined>('adamw', adamw()),
    momentum: loop<undefined>('momentum', momentum()),
    descend: loop<undefined>('descend', descend()),
    add: loop<undefined>('add', add()),
    sumSquares: loop<number>('sumSquares', sumSquaresModule()),
  };
}
