/** Which products and values the plan of the blocked form takes; that their results are right is what blocked.test.ts says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../../src/engine/grad/index.ts';
import { type Graph, isOp, type Node } from '../../src/engine/graph/index.ts';
import { copiedBytes, planBlocked, type SumPlan } from '../../src/engine/lower/blocked.ts';
import { concat, type Tensor, Trace } from '../../src/engine/trace/index.ts';

const ROWS = 256;

/** y = x a with extents (rows, inner, columns), or what `change` makes of it. */
function productGraph(
  [rows, inner, columns]: readonly [number, number, number],
  change = (x: Tensor, weight: Tensor): Tensor => x.matmul(weight),
): Graph {
  const trace = new Trace();
  return trace.finish({
    y: change(trace.input('x', 'float32', [rows, inner]), trace.input('weight', 'float32', [inner, columns])),
  });
}

/** A chain of two products, of which the first one's value could be kept. */
const chain = (x: Tensor, weight: Tensor): Tensor => x.matmul(weight).tanh().matmul(weight, { transposeB: true });

const keptOps = (graph: Graph): string[] => [...planBlocked(graph).kept].map(({ op }) => op);

test('what lies between two layers is kept in blocked form, and nothing else', () => {
  const graph = productGraph([ROWS, 256, 272], chain);
  assert.deepEqual(keptOps(graph), ['matmul', 'tanh']);
  assert.equal(planBlocked(graph).products.size, 2);
});

test('of a gated layer and its gradients the wide values are kept and all nine products blocked', () => {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [ROWS, 272]);
  const weights = [0, 1, 2].map((i) => trace.input(`w${i}`, 'float32', i === 2 ? [272, 512] : [512, 272]));
  const [gate, up, down] = weights.map((weight) => (value: Tensor) => value.matmul(weight, { transposeB: true }));
  const y = down!(gate!(x).silu().mul(up!(x)));
  const gradients = grad(y.mul(y).total(), [x, ...weights]);
  const graph = trace.finish(Object.fromEntries(gradients.map((gradient, i) => [`d${i}`, gradient])));
  const { products, kept } = planBlocked(graph);
  assert.equal(products.size, 9);
  const wide = graph.nodes.filter(({ op, shape }) => op !== 'input' && shape[0] === ROWS && shape[1] === 512);
  assert.deepEqual(
    [...kept].filter(({ shape }) => shape[1] === 512),
    wide,
  );
  // Two that go back to the layer's input are added up before they leave.
  assert.deepEqual(
    [...kept].filter(({ shape }) => shape[1] !== 512).map(({ op }) => op),
    ['matmul', 'matmul'],
  );
});

test('extents off the block, few rows, a small weight or a factor leave a product plain', () => {
  const planned = (...given: Parameters<typeof productGraph>) => planBlocked(productGraph(...given)).products.size;
  assert.equal(planned([ROWS, 256, 256], chain), 2);
  assert.equal(planned([ROWS, 256, 264], chain), 0);
  assert.equal(planned([ROWS, 264, 256], chain), 0);
  assert.equal(planned([ROWS - 16, 256, 256], chain), 0);
  assert.equal(planned([ROWS, 256, 240], chain), 0);
  const halved = (x: Tensor, weight: Tensor) =>
    x.matmul(weight, { alpha: 0.5 }).tanh().matmul(weight, { transposeB: true, alpha: 0.5 });
  assert.equal(planned([ROWS, 256, 256], halved), 0);
});

test('a value that is an output, or that another operation reads, is not kept', () => {
  const trace = new Trace();
  const [x, weight] = [trace.input('x', 'float32', [ROWS, 256]), trace.input('weight', 'float32', [256, 256])];
  const wide = x.matmul(weight);
  const y = wide.tanh().matmul(weight);
  assert.deepEqual(keptOps(trace.finish({ y })), ['matmul', 'tanh']);
  assert.deepEqual(keptOps(trace.finish({ y, wide })), []);
  assert.deepEqual(keptOps(trace.finish({ y, turned: wide.transpose([1, 0]) })), []);
});

test('a layer alone stays plain up to rows of 4,095 elements', () => {
  assert.equal(planBlocked(productGraph([ROWS, 4096, 32])).products.size, 1);
  assert.equal(planBlocked(productGraph([ROWS, 4080, 32])).products.size, 0);
});

test('of three results that are added up all and the first sum are kept', () => {
  const graph = productGraph([ROWS, 256, 272], (x, weight) => {
    const wide = x.matmul(weight);
    const down = (value: Tensor) => value.matmul(weight, { transposeB: true });
    return down(wide.tanh()).add(down(wide.neg())).add(down(wide.exp()));
  });
  const leaving = [...planBlocked(graph).kept].filter(({ shape }) => shape[1] === 256);
  assert.deepEqual(leaving.map(({ op }) => op).sort(), ['add', 'matmul', 'matmul', 'matmul']);
});

test('three products of plain factors and more are added up in blocked form, two are not', () => {
  const planned = (count: number, isRead = false) => {
    const trace = new Trace();
    const terms = Array.from({ length: count }, (_, i) =>
      trace.input(`x${i}`, 'float32', [ROWS, 256]).matmul(trace.input(`w${i}`, 'float32', [256, 272])),
    );
    const y = terms.reduce((sum, term) => sum.add(term));
    const outputs: Record<string, Tensor> = isRead ? { y, also: terms[0]!.transpose([1, 0]) } : { y };
    const { products, kept, sums } = planBlocked(trace.finish(outputs));
    return [products.size, kept.size, sums.size];
  };
  assert.deepEqual(planned(2), [0, 0, 0]);
  assert.deepEqual(planned(3), [3, 4, 2]); // Kept are the products and the inner sum.
  assert.deepEqual(planned(5), [5, 8, 4]);
  assert.deepEqual(planned(3, true), [0, 0, 0]);
});

test('a sum takes a product in that nothing else reads, and what lies between', () => {
  const graph = productGraph([ROWS, 256, 272], (x, weight) => {
    const wide = x.matmul(weight);
    const down = (value: Tensor) => value.matmul(weight, { transposeB: true }).reshape([2, ROWS / 2, 256]);
    return down(wide.tanh()).add(down(wide.neg()));
  });
  const [[sum, { way, rest }]] = [...planBlocked(graph).sums] as [[Node, SumPlan]];
  assert.deepEqual([sum.op, rest.op, ...way.map(({ op }) => op)], ['add', 'reshape', 'matmul', 'reshape']);
  assert.equal(way.at(-1), sum.inputs[1]);
  assert.equal(rest, sum.inputs[0]);
});

test('a projection that moves alone read leaves the form in picks, if what they leave together fits the block', () => {
  const picksOf = (read: (product: Tensor) => Tensor) => {
    const { moves, products } = planBlocked(productGraph([ROWS, 256, 256], (x, weight) => read(x.matmul(weight))));
    assert.equal(products.size, moves.sources.size);
    return [...moves.picks.keys()].map((node) => [...moves.between, node].map(({ op }) => op).join(' '));
  };
  const split = (product: Tensor, count = 4) => product.reshape([2, ROWS / 2, count, 256 / count]);
  const heads = (value: Tensor) => value.transpose([0, 2, 1, 3]);
  assert.deepEqual(
    picksOf((product) => heads(split(product))),
    ['reshape transpose'],
  );
  assert.deepEqual(
    picksOf((product) =>
      heads(split(product))
        .slice(2, 0, 16)
        .mul(heads(split(product)).slice(0, 0, 1).total()),
    ),
    ['reshape transpose slice', 'reshape transpose slice'],
  );
  assert.deepEqual(
    picksOf((product) => heads(split(product)).mul(split(product).slice(0, 0, 1).total())),
    ['reshape transpose', 'reshape slice'],
  );
  const apart: Record<string, (product: Tensor) => Tensor> = {
    'the product is read too': (product) => heads(split(product)).mul(product.total()),
    'a reshape is read too': (product) => heads(split(product)).mul(split(product).total()),
    'a head is narrower than a block': (product) => heads(split(product, 32)),
    'it stands beside another value': (product) => heads(concat([split(product), split(product)], 0)),
  };
  for (const [why, read] of Object.entries(apart)) {
    const graph = productGraph([ROWS, 256, 256], (x, weight) => read(x.matmul(weight)));
    assert.equal(planBlocked(graph).moves.sources.size, 0, why);
  }
});

test('plain moves in a row are a pick from a cache line of elements on, one alone is none', () => {
  const picks = (width: number, change = (x: Tensor) => x.transpose([0, 2, 1, 3]).slice(1, 0, 2)) => {
    const trace = new Trace();
    return planBlocked(trace.finish({ y: change(trace.input('x', 'float32', [2, 4, 4, width])).tanh() })).moves;
  };
  assert.deepEqual([picks(16).picks.size, picks(16).between.size], [1, 1]);
  assert.deepEqual([picks(8).picks.size, picks(8).between.size], [0, 0]);
  assert.equal(picks(16, (x) => x.transpose([0, 2, 1, 3]).reshape([8, 64])).picks.size, 0);
});

test('what comes back from heads enters the form in one pick, unless a plain node reads it too', () => {
  const back = (alsoPlain: boolean) => {
    const trace = new Trace();
    const parts = [0, 1].map((i) => trace.input(`part${i}`, 'float32', [2, 4, ROWS / 4, 64]).tanh());
    const joined = concat(parts, 2).transpose([0, 2, 1, 3]).reshape([ROWS, 256]);
    const [up, down] = [trace.input('up', 'float32', [256, 512]), trace.input('down', 'float32', [512, 256])];
    const y = joined.matmul(up).tanh().matmul(down);
    return planBlocked(trace.finish(alsoPlain ? { y, plain: joined.mul(2) } : { y })).moves;
  };
  assert.deepEqual([...back(false).picks.values()], [{ intoColumns: true }]);
  assert.deepEqual([...back(true).picks.values()], [{ intoColumns: false }]);
  assert.deepEqual(
    [...back(true).between].map(({ op }) => op),
    ['concat', 'transpose'],
  );
});

test('the narrower factor of a gradient is the second one, unless the wider is there in column blocks', () => {
  const turned = (rows: number, columns: number, withLayer = false) => {
    const trace = new Trace();
    const [a, b] = [trace.input('a', 'float32', [ROWS, rows]), trace.input('b', 'float32', [ROWS, columns])];
    const gradient = a.matmul(b, { transposeA: true });
    const outputs: Record<string, Tensor> = { gradient };
    if (withLayer) outputs['dx'] = a.matmul(trace.input('weight', 'float32', [rows, columns]));
    const { products } = planBlocked(trace.finish(outputs));
    return products.get(gradient.node)!.turned;
  };
  assert.deepEqual([turned(128, 528), turned(528, 128), turned(256, 256)], [true, false, false]);
  assert.deepEqual([turned(4096, 32), turned(4096, 32, true)], [false, true]);
});

test('a gradient is blocked from 16,384 elements and 256 rows on', () => {
  const planned = (rows: number, columns: number, inner = ROWS) => {
    const trace = new Trace();
    const [a, b] = [trace.input('a', 'float32', [inner, rows]), trace.input('b', 'float32', [inner, columns])];
    return planBlocked(trace.finish({ y: a.matmul(b, { transposeA: true }) })).products.size;
  };
  assert.deepEqual([planned(128, 128), planned(112, 144), planned(128, 128, ROWS - 16)], [1, 0, 0]);
});

test('copies are the factors that enter the form and the result that leaves it', () => {
  const graph = productGraph([ROWS, 256, 272], chain);
  const [weight, x] = [4 * 256 * 272, 4 * ROWS * 256];
  const copied = [...copiedBytes(graph)].map(([node, bytes]) => [isOp(node, 'matmul') && node.shape[1], bytes]);
  assert.deepEqual(copied, [
    [272, x + weight], // Into the form: x and the weight
    [256, weight + x], // The weight, and the result out of it
  ]);
});
