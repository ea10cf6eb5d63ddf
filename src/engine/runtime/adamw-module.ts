/**
 * AdamW's loop in WebAssembly, two parameters at a time. It has the bits of the loop in `update-kernels.ts`, which is the
 * definition; it works on addresses in one memory and does not know what else lies there.
 */
import { type CommonMemory, MOST_PAGES } from './shared-memory.ts';
import { type AddressLoops, UPDATE_KERNELS } from './update-kernels.ts';
import {
  advanced,
  type Code,
  FunctionCode,
  halved,
  inBothLanes,
  isOdd,
  type Lanes,
  lessOne,
  NUMBER_ONE,
  ONE_LANE,
  repeatedWhile,
  TWO_LANES,
  TYPE,
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
      pairs.set(halved(count.value)),
      when(pairs.value, [
        repeatedWhile(
          [
            step(code, TWO_LANES, at, inTwo),
            ...tensors.map((name) => at[name].set(advanced(at[name].value, TWO_LANES.bytes))),
            pairs.set(lessOne(pairs.value)),
          ],
          pairs.value,
        ),
      ]),
      when(isOdd(count.value), [step(code, ONE_LANE, at, inOne)]),
    ],
    MOST_PAGES,
  );
}

const BYTES_AN_ELEMENT = Float32Array.BYTES_PER_ELEMENT;

/** The loops that there are for tensors in `memory`, for the thread that calls this. */
export function addressLoops(memory: CommonMemory): AddressLoops {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(adamwModule()), { environment: { memory } });
  const adamw = exports['adamw'] as (...operands: number[]) => void;
  return {
    adamw: (addresses, scalars, begin, end) =>
      adamw(...addresses.map((address) => address + begin * BYTES_AN_ELEMENT), end - begin, ...scalars),
  };
}
