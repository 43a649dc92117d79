import { describe, expect, test } from 'vitest';
import { multiply, sum } from '../../src/graph.ts';
import { ReferenceDevice, ShapeError } from '../../src/index.ts';
import {
  linearParameters,
  optimizerFeeds,
  type ParameterSpec,
  Parameters,
  trainingGraph,
} from '../../src/methods.ts';

const device = new ReferenceDevice();
const spec = (name: string, shape: number[], more: Partial<ParameterSpec> = {}): ParameterSpec => ({
  name,
  shape,
  init: { constant: 0 },
  decay: false,
  ...more,
});

describe('parameters', () => {
  test("first values depend on the seed and on each parameter's own name, not on its company", async () => {
    using alone = new Parameters(device, linearParameters('a', 3, 5, 0.02), 1);
    using together = new Parameters(
      device,
      [...linearParameters('b', 2, 2, 0.02), ...linearParameters('a', 3, 5, 0.02)],
      1,
    );
    using other = new Parameters(device, linearParameters('a', 3, 5, 0.02), 2);
    const read = async (parameters: Parameters) => (await parameters.read()).get('a.weight')?.data;
    expect(await read(together)).toEqual(await read(alone));
    expect(await read(other)).not.toEqual(await read(alone));
  });

  test('are written and read back by the names of their parts, gaps between them untouched', async () => {
    const specs = [
      spec('qkv', [6, 2], { parts: ['q', 'k', 'v'], decay: true }),
      spec('bias', [3], { init: { values: Float32Array.of(1, 2, 3) } }),
    ];
    using parameters = new Parameters(device, specs, 0);
    expect(parameters.groups.map((group) => group.name)).toEqual(['decay', 'noDecay']);
    expect(parameters.count()).toBe(15);
    expect(parameters.count((each) => each.decay)).toBe(12);
    expect((await parameters.read()).get('bias')?.data).toEqual(Float32Array.of(1, 2, 3));
    const values = new Map(
      ['q', 'k', 'v', 'bias'].map((name, i) => {
        const shape = name === 'bias' ? [3] : [2, 2];
        const data = Float32Array.from({ length: name === 'bias' ? 3 : 4 }, (_, k) => 10 * i + k);
        return [name, { shape, data }] as const;
      }),
    );
    parameters.write(values);
    expect(await parameters.read()).toEqual(values);
    values.delete('k');
    expect(() => parameters.write(values)).toThrow(ShapeError);
    expect(() => parameters.tensor('q')).toThrow("there is no parameter 'q'; there are qkv, bias");
  });

  test.each<[string, ParameterSpec[], RegExp]>([
    ['none', [], /nothing to train/],
    ['two of one name', [spec('a', [2]), spec('a', [3])], /two parameters are both named 'a'/],
    [
      'first values of another size',
      [spec('a', [2], { init: { values: new Float32Array(3) } })],
      /needs 2 initial values, not 3/,
    ],
  ])('%s: refused, and nothing stays on the device', (_, specs, message) => {
    const before = device.memory().total;
    expect(() => new Parameters(device, specs, 0)).toThrow(message);
    expect(device.memory().total).toBe(before);
  });

  test('of rate 0 are neither counted nor trained, and no part of the gradient', async () => {
    const first = (...values: number[]) => ({ init: { values: Float32Array.from(values) }, decay: true });
    using parameters = new Parameters(
      device,
      [spec('a', [2], first(1, 2)), spec('b', [2], { ...first(3, 4), rate: 0 })],
      0,
    );
    expect(parameters.count()).toBe(2);
    const loss = sum(multiply(parameters.tensor('a'), parameters.tensor('b')));
    using program = await device.compile(trainingGraph({ loss }, parameters));
    const { gradientNorm } = await program.run(optimizerFeeds(parameters, 0.1, 0.5, 1));
    expect(gradientNorm).toEqual(Float32Array.of(5));
    const after = await parameters.read();
    expect(after.get('b')?.data).toEqual(Float32Array.of(3, 4));
    // Adam's first step is the learning rate, then 5 % are lost to decay.
    for (const [i, value] of [0.95 * 0.9, 0.95 * 1.9].entries())
      expect(after.get('a')?.data[i]).toBeCloseTo(value, 5);
  });

  test('nothing is left when they are disposed of', () => {
    const before = device.memory().total;
    const parameters = new Parameters(device, [spec('a', [2]), spec('b', [2], { decay: true })], 0);
    // Values and two moments of two groups, each at a multiple of 64 numbers.
    expect(device.memory().total - before).toBe(6 * 64 * 4);
    parameters.dispose();
    expect(device.memory().total).toBe(before);
  });
});
