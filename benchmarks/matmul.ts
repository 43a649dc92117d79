/** Measures the speed of the matrix product kernels, f32, 512³, on WebGPU: every variant the adapter can run. */
import { input, matmul, sum, type Tensor, variable } from '@scalearn/core/graph';
import { requestWebGPUDevice, type WebGPUDevice } from '../packages/core/src/devices/webgpu/device.ts';
import { supportedVariants } from '../packages/core/src/devices/webgpu/profile.ts';

const size = 512;
/** Number of products in a run, each of the previous one. They share the fixed cost of a run. */
const chain = 8;
const rounds = 7;

const layouts = {
  NN: (a: Tensor, b: Tensor) => matmul(a, b),
  NT: (a: Tensor, b: Tensor) => matmul(a, b, { transposeB: true }),
  TN: (a: Tensor, b: Tensor) => matmul(a, b, { transposeA: true }),
};

/** Measures the best GFLOP per second of wall time and of CPU time. CPU time varies less if a CPU emulates the GPU. */
async function measure(
  device: WebGPUDevice,
  product: (a: Tensor, b: Tensor) => Tensor,
): Promise<{ wall: number; cpu: number }> {
  const values = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i) / Math.sqrt(size / 2));
  using weights = device.upload(values, [size, size], { label: 'b' });
  let x = input('a', [size, size]);
  for (let i = 0; i < chain; i++) x = product(x, variable(weights));
  using program = await device.compile({ outputs: { total: sum(x) } });
  const feeds = { a: values };
  await program.run(feeds);
  const flops = 2 * size ** 3 * chain;
  let [wall, cpu] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await program.run(feeds);
    const seconds = (performance.now() - start) / 1e3;
    const used = process.cpuUsage(before);
    wall = Math.max(wall, flops / seconds / 1e9);
    cpu = Math.max(cpu, flops / (used.user + used.system) / 1e3);
  }
  return { wall, cpu };
}

const first = await requestWebGPUDevice();
if (!first) throw new Error('there is no WebGPU adapter');
const { adapter, description } = first;
first.dispose();
const only = process.argv[2];
for (const variant of supportedVariants(adapter)) {
  if (only && only !== variant) continue;
  using device = (await requestWebGPUDevice({ forceVariant: variant })) as WebGPUDevice;
  for (const [layout, product] of Object.entries(layouts)) {
    const { wall, cpu } = await measure(device, product);
    const common = { name: 'matmul', device: 'webgpu', variant, layout, adapter: description };
    console.log(JSON.stringify({ ...common, value: Number(cpu.toFixed(2)), unit: 'GFLOP/cpu-s' }));
    console.log(JSON.stringify({ ...common, value: Number(wall.toFixed(2)), unit: 'GFLOP/s' }));
  }
}
