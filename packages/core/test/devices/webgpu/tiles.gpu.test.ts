import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeAdapter, findAdapter, openDevice } from '../../../src/devices/webgpu/adapter.ts';
import { chooseProfile, workgroupLimits } from '../../../src/devices/webgpu/profile.ts';
import { TileChoices } from '../../../src/devices/webgpu/tune/choices.ts';
import { TrialDevice, TrialProduct } from '../../../src/devices/webgpu/tune/trial.ts';
import { Waiter } from '../../../src/devices/webgpu/waiting.ts';
import {
  type MatmulTile,
  type Product,
  productName,
  tileName,
  type WorkgroupTile,
} from '../../../src/graph/product.ts';

let bench: TrialDevice;
let choices: TileChoices;
let hasHalves: boolean;

beforeAll(async () => {
  const found = await findAdapter();
  if (!found) throw new Error('no WebGPU adapter');
  const gpu = await openDevice(found.adapter);
  const adapter = describeAdapter({ info: found.adapter.info, features: gpu.features, limits: gpu.limits });
  hasHalves = adapter.features.includes('shader-f16');
  const profile = { ...chooseProfile(adapter), halves: hasHalves };
  choices = new TileChoices(profile.matmul, workgroupLimits(adapter));
  bench = new TrialDevice(gpu, profile, new Waiter(found.polled ? 0.5 : undefined));
});
afterAll(() => bench?.dispose());

// Sizes that are multiples of no tile; a result that is narrow, and a k that ends within a part.
const plain: Product = {
  ...{ m: 'sequences', n: 37, k: 45, transposeA: false, transposeB: false },
  ...{ heads: 1, halfA: false, halfB: false },
};
const left: Product = { ...plain, m: 70, n: 36, k: 44, transposeA: true };
const right: Product = { ...plain, k: 44, n: 68, transposeB: true };
const both: Product = { ...left, transposeB: true };
const half = (product: Product): Product => ({ ...product, halfA: true, halfB: true });

const tile = (
  [across, down, rows, columns]: readonly [number, number, 4 | 8, 4 | 8],
  depth: 8 | 16 | 32,
  buffers: 1 | 2 = 1,
): WorkgroupTile => ({ unit: 'workgroup', across, down, rows, columns, depth, buffers });

const tried: readonly (readonly [product: Product, tile: MatmulTile])[] = [
  [plain, tile([8, 8, 8, 8], 8)],
  [left, tile([8, 8, 8, 8], 16, 2)],
  [right, tile([16, 8, 8, 4], 32)],
  [both, tile([8, 16, 4, 8], 8, 2)],
  [right, tile([16, 16, 4, 4], 8)],
  [{ ...plain, n: 12, k: 20, heads: 3 }, tile([8, 8, 8, 8], 8, 2)],
  [left, { ...tile([8, 8, 4, 4], 16), slices: 4 }],
  [right, { ...tile([8, 8, 4, 4], 8, 2), slices: 4 }],
  [right, { unit: 'register', own: 4 }],
  [left, { unit: 'register', own: 4 }],
  [half(right), tile([8, 8, 8, 8], 8)],
  [{ ...left, halfA: true }, tile([8, 8, 4, 4], 16, 2)],
];

const named = tried.map(([product, tile]) => ({
  name: `${productName(product)} in ${tileName(tile)}`,
  product,
  tile,
}));

test.for(named)('$name', async ({ product, tile }, { skip }) => {
  if ((product.halfA || product.halfB) && !hasHalves) skip('the adapter does not compute with f16');
  const known = new Set(choices.candidates(product).map(tileName));
  if (tile.slices === undefined && !known.has(tileName(tile))) throw new Error('this tile is never chosen');
  const kernel = await bench.try(new TrialProduct(product), tile);
  await kernel.measure();
  expect(kernel.milliseconds).toBeGreaterThan(0);
  expect(kernel.milliseconds).toBeLessThan(10_000);
  kernel.dispose();
});

test('a result that is wrong in one element is refused', () => {
  const trial = new TrialProduct(plain);
  const { a, b } = trial.feeds;
  const y = Float32Array.from({ length: 31 * 37 }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 45; k++)
      sum += (a?.[Math.floor(i / 37) * 45 + k] ?? 0) * (b?.[k * 37 + (i % 37)] ?? 0);
    return sum;
  });
  trial.check(y);
  for (const wrong of [1, Number.NaN]) {
    const other = y.slice();
    other[5 * 37 + 8] = wrong;
    expect(() => trial.check(other)).toThrow('its result is off by');
  }
});
