import { create } from 'webgpu';

// Dawn crashes if the object that made its devices is garbage collected.
const gpu: GPU = create([]);

/** Opens WebGPU in Node; returns undefined if there is no adapter. */
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

/** Methods of a device that create objects. Training must not call them again after the first steps. */
const makers = [
  'createBuffer',
  'createBindGroup',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createShaderModule',
] as const;

/** Counts the objects that a device creates from now on. The returned counts are updated. */
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
