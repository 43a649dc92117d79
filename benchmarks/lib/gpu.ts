import { create } from 'webgpu';

// Dawn crashes if what made its devices is collected as garbage.
const gpu: GPU = create([]);

/** WebGPU in Node, or undefined where there is no adapter. */
export async function openGpu(): Promise<{ gpu: GPU; device: GPUDevice; adapter: string } | undefined> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('subgroups') ? ['subgroups'] : [],
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  return { gpu, device, adapter: adapter.info.description || adapter.info.vendor };
}

/** Objects that a device can be asked to make again and again, for no good reason. */
const makers = [
  'createBuffer',
  'createBindGroup',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createShaderModule',
] as const;

/** Counts what a device is asked to make from now on; the returned numbers go on changing. */
export function countCreated(device: GPUDevice): Record<(typeof makers)[number], number> {
  const counts = Object.fromEntries(makers.map((name) => [name, 0])) as Record<
    (typeof makers)[number],
    number
  >;
  for (const name of makers) {
    const make = (device[name] as (descriptor: unknown) => unknown).bind(device);
    Object.defineProperty(device, name, {
      configurable: true,
      value: (descriptor: unknown) => {
        counts[name]++;
        return make(descriptor);
      },
    });
  }
  return counts;
}
