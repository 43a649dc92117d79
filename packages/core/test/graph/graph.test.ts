import { describe, expect, test } from 'vitest';
import {
  add,
  attention,
  bindFeeds,
  type Graph,
  gradients,
  input,
  linear,
  multiply,
  planFeeds,
  reshape,
  scale,
  selectTokens,
  split,
  square,
  sum,
  type Tensor,
  topologicalOrder,
  variable,
} from '../../src/graph.ts';
import { DisposedError, ReferenceDevice, ScalearnError, ShapeError } from '../../src/index.ts';

const device = new ReferenceDevice('float64');

async function evaluate(
  outputs: Graph['outputs'],
  feeds: Record<string, number[]> = {},
): Promise<Record<string, number[]>> {
  const program = await device.compile({ outputs });
  const arrays = Object.fromEntries(
    Object.entries(feeds).map(([name, data]) => [name, Float64Array.from(data)]),
  );
  return Object.fromEntries(
    Object.entries(await program.run(arrays)).map(([name, data]) => [name, [...data]]),
  );
}

describe('gradients', () => {
  const x = input('x', [2]);
  const y = input('y', [2]);

  test('add up where a tensor is used twice', async () => {
    const loss = sum(add(square(x), multiply(x, y)));
    const [dx, dy] = gradients(loss, [x, y]) as [Tensor, Tensor];
    expect(await evaluate({ dx, dy }, { x: [1, 2], y: [3, 4] })).toEqual({ dx: [5, 8], dy: [1, 2] });
  });

  test('are graphs that can be differentiated again', async () => {
    const [first] = gradients(sum(multiply(square(x), x)), [x]) as [Tensor];
    const [second] = gradients(sum(first), [x]) as [Tensor];
    expect(await evaluate({ first, second }, { x: [1, 2] })).toEqual({ first: [3, 12], second: [6, 12] });
  });

  test('of a tensor in the middle, and of the loss by itself', async () => {
    const middle = square(x);
    const loss = sum(scale(middle, 3));
    const [slope, one] = gradients(loss, [middle, loss]) as [Tensor, Tensor];
    expect(await evaluate({ slope, one }, {})).toEqual({ slope: [3, 3], one: [1] });
  });

  test('visit only what leads to a trainable tensor', () => {
    const frozen = Array.from({ length: 50 }).reduce<Tensor>((t) => square(t), y);
    const [dx] = gradients(sum(multiply(frozen, x)), [x]) as [Tensor];
    // The gradient needs the frozen value itself, and nothing of its derivative.
    const names = topologicalOrder({ outputs: { dx } }).map(
      (node) => (node.attributes as { label?: string }).label,
    );
    expect(names).not.toContain('squareGradient');
    expect(names.filter((name) => name === 'square')).toHaveLength(50);
  });

  test('by what the loss does not depend on are an error', () => {
    expect(() => gradients(sum(x), [y])).toThrow(ScalearnError);
  });
});

describe('a run', () => {
  test('applies its updates together, each seeing the old values', async () => {
    const [a, b] = [device.upload(Float64Array.of(1), [1]), device.upload(Float64Array.of(2), [1])];
    const [va, vb] = [variable(a), variable(b)];
    const program = await device.compile({
      outputs: { sum: add(va, vb) },
      updates: [
        { variable: va, value: vb },
        { variable: vb, value: add(va, vb) },
      ],
    });
    const sums: number[] = [];
    for (let i = 0; i < 5; i++) sums.push((await program.run({})).sum?.[0] as number);
    expect(sums).toEqual([3, 5, 8, 13, 21]);
    expect([...(await a.read()), ...(await b.read())]).toEqual([13, 21]);
    program.dispose();
    await expect(program.run({})).rejects.toBeInstanceOf(DisposedError);
    a.dispose();
    await expect((async () => a.read())()).rejects.toThrow("tensor 'tensor' was used after");
    b.dispose();
  });

  test('of a graph deeper than call stacks are', async () => {
    const deep = Array.from({ length: 20_000 }).reduce<Tensor>(
      (t) => reshape(scale(t, 1.0001), [1]),
      input('x', [1]),
    );
    expect((await evaluate({ deep }, { x: [1] })).deep?.[0]).toBeCloseTo(1.0001 ** 20_000, 6);
  });

  test('results and inputs are copies', async () => {
    const storage = device.upload(Float64Array.of(1, 2), [2]);
    const program = await device.compile({ outputs: { y: variable(storage) } });
    const { y } = await program.run({});
    y?.fill(9);
    expect([...(await storage.read())]).toEqual([1, 2]);
    storage.dispose();
  });
});

describe('what is fed', () => {
  const inputs = planFeeds(
    topologicalOrder({
      outputs: {
        a: input('ids', ['tokens'], 'i32'),
        b: input('x', ['tokens', 4]),
        c: input('cu', ['boundaries'], 'i32'),
      },
    }),
  );
  const good = { ids: new Int32Array(3), x: new Float32Array(12), cu: new Int32Array(3) };

  test('gives the sizes that names stand for', () => {
    expect(bindFeeds(inputs, good)).toEqual({ tokens: 3, boundaries: 3, sequences: 2 });
  });

  test.each<[string, Record<string, Float32Array | Int32Array>, RegExp]>([
    ['missing', { ids: good.ids, cu: good.cu }, /input 'x' \[tokens, 4\] was not given/],
    ['unknown', { ...good, y: new Float32Array(1) }, /no input 'y'; it takes ids, x, cu/],
    ['of the wrong type', { ...good, ids: new Float32Array(3) }, /input 'ids' must be an Int32Array/],
    ['integers for floats', { ...good, x: new Int32Array(12) }, /input 'x' must be floating point/],
    [
      'of a length that does not divide',
      { ...good, x: new Float32Array(13) },
      /13 values, which do not make/,
    ],
    [
      'of another length than the rest',
      { ...good, x: new Float32Array(16) },
      /16 values, which do not make \[tokens, 4\]/,
    ],
  ])('is refused where it is %s', (_, feeds, message) => {
    expect(() => bindFeeds(inputs, feeds)).toThrow(ShapeError);
    expect(() => bindFeeds(inputs, feeds)).toThrow(message);
  });

  test('two inputs of one name are refused when the graph is compiled', async () => {
    const outputs = { y: add(input('x', [1]), input('x', [1])) };
    await expect(device.compile({ outputs })).rejects.toThrow("both named 'x'");
  });

  test('only variables can be updated, and keep their shape', async () => {
    const storage = device.upload(new Float64Array(2), [2]);
    const x = input('x', [2]);
    await expect(device.compile({ outputs: {}, updates: [{ variable: x, value: x }] })).rejects.toThrow(
      ShapeError,
    );
    const updates = [{ variable: variable(storage), value: sum(x) }];
    await expect(device.compile({ outputs: {}, updates })).rejects.toThrow(ShapeError);
    storage.dispose();
  });
});

test('a tensor has elements', () => {
  for (const shape of [[0], [3, 0], ['tokens', 0], [1.5], [-1], [Number.NaN]] as const)
    expect(() => input('x', shape)).toThrow(ShapeError);
  expect(() => split(input('x', [3, 2]), [0, 3])).toThrow("'split' cannot make [0, 2]");
  expect(() => reshape(input('x', [3, 0.5]), [1])).toThrow(ShapeError);
});

describe('rows of chosen tokens', () => {
  const tokens = input('tokens', ['masked'], 'i32');
  const weight = input('weight', [3, 3]);

  const matmulShapes = (selected: Tensor): unknown[] =>
    topologicalOrder({ outputs: { selected } })
      .filter((node) => node.operation.name === 'matmul')
      .map((node) => node.outputs[0]?.shape);

  test('are computed from the same rows only', () => {
    const x = input('x', ['tokens', 3]);
    expect(matmulShapes(selectTokens(add(linear(x, weight), x), tokens))).toEqual([['masked', 3]]);
  });

  test('are taken from all rows where those are needed anyway', () => {
    const x = linear(input('x', ['tokens', 3]), weight);
    const qkv = linear(x, input('qkv', [9, 3]));
    const attended = attention(qkv, input('cuSeqlens', ['boundaries'], 'i32'), 1);
    expect(matmulShapes(selectTokens(linear(add(attended, x), weight), tokens))).toEqual([
      ['tokens', 3],
      ['tokens', 9],
      ['masked', 3],
    ]);
  });

  test('are chosen by a list of numbers', () => {
    const x = input('x', ['tokens', 3]);
    expect(() => selectTokens(x, input('rows', ['masked']))).toThrow(ShapeError);
    expect(() => selectTokens(x, input('rows', ['masked', 2], 'i32'))).toThrow('i32 [n]');
  });
});
