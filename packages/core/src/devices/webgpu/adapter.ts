import { DeviceError } from '../../errors.ts';
import { host, isNode, messageOf } from '../environment.ts';

/** Properties of an adapter, to show to users and to choose kernels by. */
export interface AdapterDescription {
  /** Vendor, as the runtime names it; may be empty. */
  readonly vendor: string;
  /** Family of GPUs, as the runtime names it; may be empty. */
  readonly architecture: string;
  /** Model, as the runtime names it; may be empty. */
  readonly device: string;
  /** Text from the runtime; it usually names the driver. */
  readonly description: string;
  /** Whether the adapter runs on the CPU (a software adapter). */
  readonly isSoftware: boolean;
  /** Names of WebGPU's optional features that the adapter has, sorted. */
  readonly features: readonly string[];
  /** WebGPU's limits by their names, such as `maxBufferSize` in bytes. */
  readonly limits: Readonly<Record<string, number>>;
  /** Invocations in a subgroup, if the size is fixed; undefined otherwise and without subgroups. */
  readonly subgroupSize: number | undefined;
}

interface Found {
  readonly adapter: GPUAdapter;
  /** Whether Dawn runs inside Node, where it has to be polled. */
  readonly polled: boolean;
}

// Dawn crashes if the object that created its devices is garbage-collected.
let dawn: GPU | undefined;

/** Returns WebGPU: built into browsers and Deno, the package `webgpu` (Dawn) in Node; undefined if there is none. */
async function findWebGPU(): Promise<{ gpu: GPU; polled: boolean } | undefined> {
  if (host.navigator?.gpu) return { gpu: host.navigator.gpu, polled: false };
  if (!isNode()) return undefined;
  if (!dawn) {
    // The name is in a variable so that bundlers do not resolve the import.
    const name = 'webgpu';
    try {
      const module: { create(flags: string[]): GPU } = await import(/* @vite-ignore */ name);
      dawn = module.create(dawnFlags);
    } catch {
      return undefined;
    }
  }
  return { gpu: dawn, polled: true };
}

/** Requests an adapter; undefined if there is none. */
export async function findAdapter(options: GPURequestAdapterOptions = {}): Promise<Found | undefined> {
  const found = await findWebGPU();
  const adapter = await found?.gpu.requestAdapter(options);
  return found && adapter ? { adapter, polled: found.polled } : undefined;
}

/** Describes the adapter that a device would be opened on; undefined if there is none. Opens no device. */
export async function describeBestAdapter(): Promise<AdapterDescription | undefined> {
  const found = await findAdapter({ powerPreference: 'high-performance' });
  return found && describeAdapter(found.adapter);
}

/** Lists the adapters that WebGPU offers: at most high-performance, low-power and fallback. */
export async function listAdapters(): Promise<AdapterDescription[]> {
  const list: AdapterDescription[] = [];
  for (const options of [
    { powerPreference: 'high-performance' },
    { powerPreference: 'low-power' },
    { forceFallbackAdapter: true },
  ] satisfies GPURequestAdapterOptions[]) {
    const found = await findAdapter(options);
    if (!found) continue;
    const description = describeAdapter(found.adapter);
    const text = JSON.stringify(description);
    if (!list.some((other) => JSON.stringify(other) === text)) list.push(description);
  }
  return list;
}

const softwareNames = /llvmpipe|lavapipe|swiftshader|softpipe|software|basic render|\bwarp\b/i;

export function describeAdapter({
  info,
  features,
  limits,
}: Pick<GPUAdapter, 'info' | 'features' | 'limits'>): AdapterDescription {
  const { vendor, architecture, device, description } = info;
  const names = new Set(features);
  // Older runtimes do not report subgroup sizes.
  const told: Partial<GPUAdapterInfo> = info;
  const { subgroupMinSize: smallest, subgroupMaxSize: largest } = told;
  const known = names.has('subgroups') && smallest !== undefined && smallest > 0 && smallest === largest;
  return {
    vendor,
    architecture,
    device,
    description,
    isSoftware:
      softwareNames.test([vendor, architecture, device, description].join(' ')) ||
      told.isFallbackAdapter === true,
    features: [...names].sort(),
    limits: limitNumbers(limits),
    subgroupSize: known ? smallest : undefined,
  };
}

function limitNumbers(limits: GPUSupportedLimits): Record<string, number> {
  const numbers: Record<string, number> = {};
  // The limits are getters on the prototype.
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === 'number') numbers[name] = value;
  }
  return numbers;
}

/** Limits to raise: the sizes of buffers, and what larger tiles need. All kernels have a form for the other defaults. */
const wantedLimits = [
  ...(['maxBufferSize', 'maxStorageBufferBindingSize'] as const),
  ...(['maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup'] as const),
] as const;

/** Features to request where they are. All kernels have a form without them. */
const wantedFeatures: readonly GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];

/** Dawn hides f16 of one vendor, and rounds times to 65 µs, unless it is told not to. */
const dawnFlags = [
  'enable-dawn-features=vulkan_enable_f16_on_nvidia',
  'disable-dawn-features=timestamp_quantization',
];

/** Opens a device on an adapter. @throws DeviceError if the adapter refuses */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of wantedLimits) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = wantedFeatures.filter((name) => adapter.features.has(name));
  try {
    return await adapter.requestDevice({ label: 'scalearn', requiredFeatures, requiredLimits });
  } catch (error) {
    throw new DeviceError(`the WebGPU adapter gave no device: ${messageOf(error)}`, { cause: error });
  }
}
