import { describe, expect, test } from 'vitest';
import { describeAdapter } from '../../../src/devices/webgpu/adapter.ts';
import { drawBlueprint } from '../../../src/devices/webgpu/plan/blueprint.ts';
import { chooseProfile, workgroupLimits } from '../../../src/devices/webgpu/profile.ts';
import { TileChoices } from '../../../src/devices/webgpu/tune/choices.ts';
import { findProducts, TrialProduct } from '../../../src/devices/webgpu/tune/trial.ts';
import { DeviceError } from '../../../src/errors.ts';
import type { KernelProfile } from '../../../src/graph/kernel.ts';
import { input } from '../../../src/graph/leaves.ts';
import { type Product, productName, tileName } from '../../../src/graph/product.ts';
import { matmul } from '../../../src/ops/matmul.ts';

interface Simulated {
  readonly name: string;
  readonly software?: boolean;
  readonly features?: readonly string[];
  readonly subgroups?: readonly [smallest: number, largest: number];
  readonly bytes?: number;
  readonly invocations?: number;
}

/** Adapters that differ in what decides which kernels exist. */
const simulated: readonly Simulated[] = [
  { name: 'as little as WebGPU allows' },
  {
    name: 'a desktop',
    features: ['subgroups', 'shader-f16'],
    subgroups: [32, 32],
    bytes: 49152,
    invocations: 1024,
  },
  {
    name: 'a notebook',
    features: ['subgroups', 'shader-f16'],
    subgroups: [8, 32],
    bytes: 32768,
    invocations: 1024,
  },
  { name: 'a telephone', features: ['subgroups'], subgroups: [16, 128], bytes: 32768, invocations: 512 },
  {
    name: 'a large one',
    features: ['subgroups', 'shader-f16'],
    subgroups: [64, 64],
    bytes: 65536,
    invocations: 1024,
  },
  {
    name: 'software',
    software: true,
    features: ['subgroups', 'shader-f16'],
    subgroups: [8, 8],
    bytes: 32768,
  },
  { name: 'software without subgroups', software: true },
];

const describeSimulated = ({
  software,
  features = [],
  subgroups,
  bytes = 16384,
  invocations = 256,
}: Simulated) =>
  describeAdapter({
    info: {
      ...{ vendor: 'acme', architecture: '', device: '', description: software ? 'llvmpipe' : 'rocket' },
      ...{ subgroupMinSize: subgroups?.[0] ?? 4, subgroupMaxSize: subgroups?.[1] ?? 128 },
      isFallbackAdapter: software === true,
    } as unknown as GPUAdapterInfo,
    features: new Set(features),
    limits: {
      maxComputeWorkgroupStorageSize: bytes,
      maxComputeInvocationsPerWorkgroup: invocations,
      maxComputeWorkgroupSizeX: invocations,
    } as unknown as GPUSupportedLimits,
  });

const plain: Product = {
  ...{ m: 'tokens', n: 768, k: 3072, transposeA: false, transposeB: true },
  ...{ heads: 1, halfA: false, halfB: false },
};
const products: readonly Product[] = [
  plain,
  { ...plain, n: 45, k: 38, transposeB: false },
  { ...plain, m: 48, k: 'tokens', transposeA: true, transposeB: false },
  { ...plain, n: 12, k: 64, heads: 12 },
];

function choicesFor(adapter: Simulated): { choices: TileChoices; profile: KernelProfile } {
  const described = describeSimulated(adapter);
  const profile = { ...chooseProfile(described), halves: described.features.includes('shader-f16') };
  return { choices: new TileChoices(profile.matmul, workgroupLimits(described)), profile };
}

/** Returns the invocations and bytes of workgroup memory that a kernel declares. */
function declaredOf(code: string): { invocations: number; bytes: number } {
  const bytes = [...code.matchAll(/var<workgroup> \w+: array<vec4(.), (\d+)>/g)].map(
    ([, type, size]) => (type === 'h' ? 8 : 16) * Number(size),
  );
  return {
    invocations: Number(/@workgroup_size\((\d+)\)/.exec(code)?.[1]),
    bytes: bytes.reduce((a, b) => a + b, 0),
  };
}

describe.each(simulated)('on $name', (adapter) => {
  const { choices, profile } = choicesFor(adapter);
  const { bytes = 16384, invocations = 256, features = [], subgroups } = adapter;

  test('every tile that can be chosen fits, and uses only what the adapter has', () => {
    for (const product of products)
      for (const half of features.includes('shader-f16') ? [false, true] : [false]) {
        const each = { ...product, halfA: half, halfB: half };
        const trial = new TrialProduct(each);
        const tiles = choices.candidates(each);
        expect(tiles.length).toBeGreaterThan(10);
        expect(new Set(tiles.map(tileName)).size).toBe(tiles.length);
        for (const tile of tiles) {
          const code = trial.texts(tile, profile);
          const declared = declaredOf(code);
          expect(declared.bytes, tileName(tile)).toBeLessThanOrEqual(bytes);
          expect(declared.invocations, tileName(tile)).toBeLessThanOrEqual(invocations);
          expect(code.includes('enable f16'), tileName(tile)).toBe(half && tile.unit === 'workgroup');
          if (code.includes('enable subgroups')) expect(subgroups?.[0]).toBe(subgroups?.[1]);
        }
      }
  });

  test('without measurements, the tile is the usual one', () => {
    const graph = { outputs: { y: matmul(input('a', ['tokens', 768]), input('b', [768, 768])) } };
    const text = (tileOf?: KernelProfile['tileOf']): string[] =>
      drawBlueprint(graph, { ...profile, ...(tileOf && { tileOf }) }, 2 ** 27).dispatches.map(
        ({ code }) => code,
      );
    expect(text((product) => choices.tileOf(product))).toEqual(text());
    expect(text((product) => choices.candidates(product)[0])).toEqual(text());
    expect(choices.used).toEqual({});
  });
});

test('the products of a graph are found once each, whatever fuses with them', () => {
  const a = input('a', ['tokens', 8]);
  const once = matmul(a, input('b', [8, 8]));
  const found = findProducts(
    { outputs: { y: matmul(once, input('c', [8, 8])) } },
    choicesFor({ name: '' }).profile,
    2 ** 27,
  );
  expect(found.map(productName)).toEqual(['tokens×8 · 8×8']);
});

test('a record decides from then on, also about products that it lacks', () => {
  const { choices } = choicesFor({ name: '' });
  const [first, other] = products as [Product, Product];
  const [, fast] = choices.candidates(first);
  if (!fast) throw new Error('there is one tile only');
  choices.set(first, fast);
  choices.set(other, fast);
  expect(choices.tileOf(first)).toEqual(fast);
  choices.adopt({ [productName(first)]: 'register 8×8' });
  expect(choices.tileOf(first)).toEqual({ unit: 'register', own: 8 });
  expect(choices.tileOf(other)).toBeUndefined();
  expect(choices.used).toEqual({ [productName(first)]: 'register 8×8' });
});

test('a recorded kernel that the adapter cannot run is refused by its name', () => {
  const { choices } = choicesFor({ name: '' });
  choices.adopt({ [productName(plain)]: 'workgroup 32×32 of 8×8, depth 64' });
  expect(() => choices.tileOf(plain)).toThrow(DeviceError);
  expect(() => choices.tileOf(plain)).toThrow(
    "'workgroup 32×32 of 8×8, depth 64' for tokens×3072 · (768×3072)ᵀ",
  );
});
