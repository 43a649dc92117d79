import { describe, expect, test } from 'vitest';
import { describeAdapter } from '../../../src/devices/webgpu/adapter.ts';
import { TileChoices } from '../../../src/devices/webgpu/tune/choices.ts';
import { StoredRecord } from '../../../src/devices/webgpu/tune/record.ts';
import { memoryStore, type TuningStore } from '../../../src/devices/webgpu/tune/store.ts';
import { type KernelBench, TrialProduct } from '../../../src/devices/webgpu/tune/trial.ts';
import { Tuner } from '../../../src/devices/webgpu/tune/tuner.ts';
import { DeviceError, DeviceLostError } from '../../../src/errors.ts';
import type { KernelProfile } from '../../../src/graph/kernel.ts';
import { type MatmulTile, type Product, productName, tileName } from '../../../src/graph/product.ts';

const product: Product = {
  ...{ m: 'tokens', n: 16, k: 16, transposeA: false, transposeB: true },
  ...{ heads: 1, halfA: false, halfB: false },
};
const name = productName(product);
const profile: KernelProfile = { matmul: 'workgroup', rows: 'workgroup', subgroupSize: 0 };
const adapter = describeAdapter({
  info: { vendor: 'acme', architecture: '', device: 'rocket', description: 'driver 1' } as GPUAdapterInfo,
  features: new Set(),
  limits: {} as GPUSupportedLimits,
});
const limits = { invocations: 256, bytes: 16384, hasSubgroups: false };
const usual = 'workgroup 16×16 of 4×4, depth 16';

/** What happens when a kernel is tried: its milliseconds, an error, or the loss of the device. */
type Behavior = (tile: string) => number | 'wrong' | 'lost';

/** Stands for a GPU. It counts the devices that were opened and lists the tiles that were tried. */
class SimulatedGpu {
  opened = 0;
  readonly tried: string[] = [];
  readonly #behavior: Behavior;
  constructor(behavior: Behavior) {
    this.#behavior = behavior;
  }
  readonly open = async (): Promise<KernelBench> => {
    this.opened++;
    const bench = {
      isLost: false,
      try: async (_: TrialProduct, tile: Parameters<KernelBench['try']>[1]) => {
        const found = this.#behavior(tileName(tile));
        this.tried.push(tileName(tile));
        if (found === 'wrong') throw new DeviceError('its result is off by 0.3');
        if (found === 'lost') bench.isLost = true;
        if (bench.isLost || found === 'lost') throw new DeviceLostError('the GPU was lost: a driver');
        return { tile, milliseconds: found, measure: async () => {}, dispose: () => {} };
      },
      dispose: () => {},
    };
    return bench;
  };
}

async function tune(
  gpu: Pick<SimulatedGpu, 'open'>,
  store: TuningStore,
  options: {
    readonly candidates?: number;
    readonly milliseconds?: number;
    readonly profile?: KernelProfile;
  } = {},
) {
  const choices = new TileChoices('workgroup', limits);
  const record = await StoredRecord.read(store, adapter);
  const usualOptions = { candidates: Number.POSITIVE_INFINITY, milliseconds: 10_000, profile };
  const tuner = new Tuner({ choices, record, open: gpu.open, ...usualOptions, ...options });
  await tuner.prepare([product]);
  const tile = choices.tileOf(product);
  return { tile: tile && tileName(tile), record: record.current, choices };
}

const fast = 'workgroup 8×8 of 8×8, depth 16';

describe('a tuner', () => {
  test('takes the fastest kernel, and does not measure again in the next process', async () => {
    const gpu = new SimulatedGpu((tile) => (tile === fast ? 1 : 2));
    const store = memoryStore();
    expect(await tune(gpu, store)).toMatchObject({
      tile: fast,
      record: { products: { [name]: { tile: fast, milliseconds: 1, usual: 2, isComplete: true } } },
    });
    const again = new SimulatedGpu(() => 1);
    expect((await tune(again, store)).tile).toBe(fast);
    expect(again.opened).toBe(0);
  });

  test('keeps the usual kernel where another is hardly faster', async () => {
    const gpu = new SimulatedGpu((tile) => (tile === fast ? 0.99 : 1));
    expect((await tune(gpu, memoryStore())).tile).toBe(usual);
  });

  test('strikes out a kernel that computes wrong results, and never tries it again', async () => {
    const gpu = new SimulatedGpu((tile) => (tile === fast ? 'wrong' : 1));
    const store = memoryStore();
    const { tile, record } = await tune(gpu, store, { candidates: 5 });
    expect(tile).toBe(usual);
    expect(record.struck).toMatchObject([{ product: name, tile: fast, reason: 'its result is off by 0.3' }]);
    const second = new SimulatedGpu(() => 1);
    await tune(second, store);
    expect(second.tried).not.toContain(fast);
    expect(second.tried.length).toBeGreaterThan(10);
  });

  test('goes on with another device after a kernel lost the first one', async () => {
    const gpu = new SimulatedGpu((tile) => (tile === fast ? 'lost' : 1));
    const { record } = await tune(gpu, memoryStore());
    expect(gpu.opened).toBe(2);
    expect(record.struck).toMatchObject([{ tile: fast, reason: 'the GPU was lost: a driver' }]);
    expect(record.products[name]?.isComplete).toBe(true);
  });

  test('does not use the usual kernel where it computes wrong results', async () => {
    const gpu = new SimulatedGpu((tile) => (tile === usual ? 'wrong' : 1));
    const { tile } = await tune(gpu, memoryStore());
    expect(tile).toBeDefined();
    expect(tile).not.toBe(usual);
  });

  test('strikes out the kernel at which a process ended', async () => {
    const store = memoryStore();
    const gpu = {
      open: async (): Promise<KernelBench> => ({
        isLost: false,
        try: () => {
          throw new Error('the process ends here');
        },
        dispose: () => {},
      }),
    };
    await expect(tune(gpu, store)).rejects.toThrow('the process ends here');
    const again = { strike: async () => (await tune(new SimulatedGpu(() => 1), store)).record.struck };
    // Another process may be trying it just now.
    const soon = memoryStore();
    await copyRecord(store, soon, (text) => text);
    expect((await tune(new SimulatedGpu(() => 1), soon)).record.struck).toEqual([]);
    await copyRecord(store, store, (text) => text.replace(/"since": \d+/, '"since": 1'));
    expect(await again.strike()).toMatchObject([{ tile: usual, reason: 'it ended its process' }]);
  });

  test('measures again after the kernels changed', async () => {
    const store = memoryStore();
    await tune(new SimulatedGpu((tile) => (tile === fast ? 1 : 2)), store);
    const gpu = new SimulatedGpu(() => 1);
    expect((await tune(gpu, store, { profile: { ...profile, halves: true } })).tile).toBe(fast);
    expect(gpu.opened).toBe(0);
    const other = { ...product, halfA: true, halfB: true };
    expect(new TrialProduct(other).texts({ unit: 'register', own: 4 }, profile)).toBeDefined();
    await copyRecord(store, store, (text) => text.replace(/"kernels": "\w+"/, '"kernels": "0"'));
    expect((await tune(gpu, store)).tile).toBe(usual);
    expect(gpu.opened).toBe(1);
  });

  test('has no time: the usual kernel is chosen, now and later; who asks for all gets all', async () => {
    const store = memoryStore();
    const gpu = new SimulatedGpu((tile) => (tile === fast ? 1 : 2));
    expect((await tune(gpu, store, { milliseconds: -1, candidates: 12 })).tile).toBe(usual);
    expect(gpu.tried).toEqual([]);
    expect((await tune(gpu, store, { candidates: 12 })).tile).toBe(usual);
    expect(gpu.tried).toEqual([]);
    expect((await tune(gpu, store)).tile).toBe(fast);
  });

  test.each(['{', '[]', '{"version":2}', '{"version":1,"adapter":"x","products":{"a":1},"struck":[]}'])(
    'replaces a damaged record: %s',
    async (text) => {
      const store = memoryStore();
      await copyRecord(await recorded(), store, () => text);
      expect((await tune(new SimulatedGpu((tile) => (tile === fast ? 1 : 2)), store)).tile).toBe(fast);
    },
  );

  test('strikes out nothing where nothing works, and measures again in the next process', async () => {
    const store = memoryStore();
    const { tile, record } = await tune(new SimulatedGpu(() => 'wrong'), store);
    expect([tile, record.struck, record.products, record.trying]).toEqual([undefined, [], {}, undefined]);
    expect((await tune(new SimulatedGpu((each) => (each === fast ? 1 : 2)), store)).tile).toBe(fast);
  });

  test('works with a store that fails', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('the disk is full');
    };
    const gpu = new SimulatedGpu((tile) => (tile === fast ? 1 : 2));
    expect((await tune(gpu, { read: broken, write: broken })).tile).toBe(fast);
  });

  test('goes on after a measurement that failed', async () => {
    let isBroken = true;
    const gpu = new SimulatedGpu((tile) => (tile === fast ? 1 : 2));
    const open = async (): Promise<KernelBench> => {
      if (isBroken) throw new Error('a bug');
      return gpu.open();
    };
    const choices = new TileChoices('workgroup', limits);
    const record = await StoredRecord.read(memoryStore(), adapter);
    const tuner = new Tuner({ choices, record, profile, open, milliseconds: 10_000, candidates: 12 });
    await expect(tuner.prepare([product])).rejects.toThrow('a bug');
    isBroken = false;
    await tuner.prepare([product]);
    expect(tileName(choices.tileOf(product) as MatmulTile)).toBe(fast);
  });

  test('has no device to try on: the usual kernel is used', async () => {
    expect((await tune({ open: async () => undefined as never }, memoryStore())).tile).toBe(usual);
  });
});

async function recorded(): Promise<TuningStore> {
  const store = memoryStore();
  await tune(new SimulatedGpu(() => 1), store);
  return store;
}

/** Copies the record of the adapter. Its name in the store is learned from a reader. */
async function copyRecord(
  from: TuningStore,
  to: TuningStore,
  change: (text: string) => string,
): Promise<void> {
  let key = '';
  await StoredRecord.read(
    {
      read: async (asked) => {
        key = asked;
        return undefined;
      },
      write: async () => {},
    },
    adapter,
  );
  const text = await from.read(key);
  if (text === undefined) throw new Error('there is no record to copy');
  await to.write(key, change(text));
}
