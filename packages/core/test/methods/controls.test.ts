import { expect, test } from 'vitest';
import { controlAdapter } from '../../src/methods/controls.ts';
import { randomAdapter } from './random-adapter.ts';

const adapter = randomAdapter('mnli', { layers: 5, hiddenSize: 6 }, 3);
const { layers: _, ...shape } = adapter;

test('a shuffled adapter has the same layers, none of them where it was', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { layers, ...rest } = controlAdapter(adapter, 'shuffled', seed);
    expect(rest).toEqual(shape);
    expect(new Set(layers)).toEqual(new Set(adapter.layers));
    for (const [i, layer] of layers.entries()) expect(layer).not.toBe(adapter.layers[i]);
  }
});

test('a random adapter has the shapes of the trained one and the values that training begins with', () => {
  const { layers, ...rest } = controlAdapter(adapter, 'random', 1);
  expect(rest).toEqual(shape);
  const weights = layers.flatMap(({ down, up }) => [...down, ...up]);
  expect(weights).toHaveLength(5 * 2 * 18);
  const deviation = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
  expect(deviation).toBeGreaterThan(0.017);
  expect(deviation).toBeLessThan(0.023);
  for (const { downBias, upBias } of layers) {
    expect(downBias).toEqual(new Float32Array(3));
    expect(upBias).toEqual(new Float32Array(6));
  }
});

test('the seed and the name decide the control', () => {
  for (const control of ['random', 'shuffled'] as const) {
    expect(controlAdapter(adapter, control, 3)).toEqual(controlAdapter(adapter, control, 3));
    const drawn = Array.from({ length: 8 }, (_, seed) => controlAdapter(adapter, control, seed).layers);
    const named = controlAdapter({ ...adapter, name: 'qqp' }, control, 3).layers;
    expect(new Set(drawn.map((layers) => JSON.stringify(layers))).size).toBeGreaterThan(4);
    expect(named).not.toEqual(drawn[3]);
  }
});

test('the layers of an adapter of one layer cannot be shuffled', () => {
  const single = randomAdapter('mnli', { layers: 1, hiddenSize: 6 }, 3);
  expect(() => controlAdapter(single, 'shuffled', 0)).toThrow("the adapter 'mnli' has one layer");
});
