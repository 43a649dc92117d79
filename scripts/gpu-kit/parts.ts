import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { listAdapters, requestWebGPUDevice } from '@scalearn/core';
import { productName, tileName } from '@scalearn/core/graph';
import { describeAdapter, findAdapter, openDevice } from '../../packages/core/src/devices/webgpu/adapter.ts';
import { chooseProfile, workgroupLimits } from '../../packages/core/src/devices/webgpu/profile.ts';
import { TileChoices } from '../../packages/core/src/devices/webgpu/tune/choices.ts';
import {
  productFlops,
  TrialDevice,
  TrialProduct,
} from '../../packages/core/src/devices/webgpu/tune/trial.ts';
import { Waiter } from '../../packages/core/src/devices/webgpu/waiting.ts';
import type { Product } from '../../packages/core/src/graph/product.ts';
import { ratios } from '../../test/golden/differences.ts';
import { caseNames, readCase } from '../../test/golden/folder.ts';
import { runCase } from '../../test/golden/run.ts';
import { pending } from '../../test/golden/setup.ts';

type Part = (say: (line: object) => void, args: readonly string[]) => Promise<void>;

/** The parts that are not commands of scalearn. Each runs in a process of its own. */
export const parts: Readonly<Record<string, Part>> = { facts, tiles, golden, products };

async function facts(say: Parameters<Part>[0]): Promise<void> {
  say({
    event: 'machine',
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memory: totalmem(),
    node: process.version,
  });
  for (const [program, ...args] of [
    ['nvidia-smi', '--query-gpu=name,driver_version,memory.total,clocks.max.sm', '--format=csv,noheader'],
    ['rocm-smi', '--showproductname'],
    ['vulkaninfo', '--summary'],
    ['python3', '-c', 'import torch; print(torch.__version__, torch.cuda.is_available())'],
  ] as const) {
    const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 5000 });
    if (status === 0) say({ event: 'program', program, output: stdout.trim() });
  }
  for (const adapter of await listAdapters()) say({ event: 'adapter', adapter });
}

async function openBench(): Promise<{
  bench: TrialDevice;
  choices: TileChoices;
  halves: boolean;
  isSoftware: boolean;
}> {
  const found = await findAdapter({ powerPreference: 'high-performance' });
  if (!found) throw new Error('there is no WebGPU adapter');
  const gpu = await openDevice(found.adapter);
  const adapter = describeAdapter({ info: found.adapter.info, features: gpu.features, limits: gpu.limits });
  const halves = adapter.features.includes('shader-f16');
  const profile = { ...chooseProfile(adapter), halves };
  const bench = new TrialDevice(gpu, profile, new Waiter(found.polled ? 0.1 : undefined));
  const choices = new TileChoices(profile.matmul, workgroupLimits(adapter));
  return { bench, choices, halves, isSoftware: adapter.isSoftware };
}

const square = (size: number): Product => ({
  ...{
    m: size,
    n: size,
    k: size,
    transposeA: false,
    transposeB: false,
    heads: 1,
    halfA: false,
    halfB: false,
  },
});

/** Tries every tile in every layout. A tile that fails is told, and does not end the part. */
async function tiles(say: Parameters<Part>[0]): Promise<void> {
  const { choices, halves, isSoftware, ...opened } = await openBench();
  let { bench } = opened;
  const small: Product = { ...square(61), n: 68, k: 44 };
  // A software adapter takes a second for each: it gets through a part of the list.
  const end = performance.now() + (isSoftware ? 30_000 : 60_000);
  const layouts = [small, { ...small, transposeB: true }, { ...small, m: 60, transposeA: true }];
  const all = layouts.flatMap((each) => (halves ? [each, { ...each, halfA: true, halfB: true }] : [each]));
  let [tried, left] = [0, 0];
  for (const product of all) {
    const trial = new TrialProduct(product);
    for (const tile of choices.candidates(product)) {
      if (performance.now() > end) {
        left++;
        continue;
      }
      tried++;
      try {
        (await bench.try(trial, tile)).dispose();
      } catch (error) {
        say({
          event: 'tile failed',
          product: productName(product),
          tile: tileName(tile),
          failure: (error as Error).message,
        });
        if (bench.isLost) ({ bench } = await openBench());
      }
    }
  }
  say({ event: 'tiles', tried, left });
  bench.dispose();
}

/**
 * Times the tolerance that results may be off. In f16 they are only recorded: a rounded weight can put a unit on the other
 * side of a ReLU, also on the reference device.
 */
const allowed = { f32: 4, f16: Number.MAX_VALUE };

/** Runs the recorded cases of the reference implementation on the GPU, in f32 or in f16. */
async function golden(say: Parameters<Part>[0], [type]: readonly string[]): Promise<void> {
  const precision = type === 'f16' ? 'f16' : 'f32';
  const device = await requestWebGPUDevice({ tune: false, precision });
  if (!device) throw new Error('there is no WebGPU adapter');
  const most = allowed[precision];
  const end = performance.now() + 40_000;
  let [passed, left, failed] = [0, 0, 0];
  for (const name of caseNames()) {
    const recorded = readCase(name);
    if (
      pending(recorded) !== undefined ||
      recorded.file.encoder.path !== undefined ||
      performance.now() > end
    ) {
      left++;
      continue;
    }
    try {
      const { largest, what } = ratios(await runCase(device, recorded), recorded.file.tolerance);
      if (largest <= most) passed++;
      else failed++;
      say({ event: largest <= most ? 'case' : 'case failed', precision, case: name, ratio: largest, what });
    } catch (error) {
      failed++;
      say({ event: 'case failed', case: name, failure: (error as Error).message });
    }
  }
  say({ event: 'golden', precision, passed, failed, left });
  device.dispose();
  if (failed > 0) throw new Error(`${failed} recorded cases failed`);
}

/** Measures every tile for large square products, in f32 and f16. */
async function products(say: Parameters<Part>[0]): Promise<void> {
  const { bench, choices, halves, isSoftware } = await openBench();
  const sizes = isSoftware ? [128] : [1024, 4096];
  const end = performance.now() + (isSoftware ? 20_000 : 35_000);
  for (const size of sizes)
    for (const half of halves ? [false, true] : [false]) {
      const product: Product = { ...square(size), transposeB: true, halfA: half, halfB: half };
      const trial = new TrialProduct(product);
      for (const tile of choices.candidates(product).slice(0, 12)) {
        if (performance.now() > end) return bench.dispose();
        try {
          const kernel = await bench.try(trial, tile);
          for (let time = 0; time < 3; time++) await kernel.measure();
          const gflops = productFlops(product) / kernel.milliseconds / 1e6;
          say({
            event: 'product',
            size,
            type: half ? 'f16' : 'f32',
            tile: tileName(tile),
            milliseconds: kernel.milliseconds,
            gflops,
          });
          kernel.dispose();
        } catch (error) {
          say({ event: 'tile failed', size, tile: tileName(tile), failure: (error as Error).message });
        }
      }
    }
  bench.dispose();
}
