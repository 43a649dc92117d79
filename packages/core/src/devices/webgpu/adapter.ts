import { DeviceError } from '../../errors.ts';
import { host, isNode, messageOf } from '../environment.ts';

/** What is known of an adapter, for people and for choosing one. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** Usually names the driver. */
  readonly description: string;
  /** Whether a CPU pretends to be a GPU. */
  readonly isSoftware: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Invocations in a subgroup, if that is one known number; undefined without subgroups. */
  readonly subgroupSize: number | undefined;
}

interface Found {
  readonly adapter: GPUAdapter;
  /** Whether Dawn runs inside Node: it has to be polled. */
  readonly polled: boolean;
}

// Dawn crashes if what made its devices is collected as garbage.
let dawn: GPU | undefined;

/** The runtime's WebGPU: that of browsers and Deno, or Dawn from the package `webgpu` in Node; undefined if none. */
async function findWebGPU(): Promise<{ gpu: GPU; polled: boolean } | undefined> {
  if (host.navigator?.gpu) return { gpu: host.navigator.gpu, polled: false };
  if (!isNode()) return undefined;
  if (!dawn) {
    // The name stands in a variable so that bundlers leave the import alone.
    const name = 'webgpu';
    try {
      const module: { create(flags: string[]): GPU } = await import(/* @vite-ignore */ name);
      dawn = module.create([]);
    } catch {
      return undefined;
    }
  }
  return { gpu: dawn, polled: true };
}

/** The adapter WebGPU offers, or undefined where there is none. */
export async function findAdapter(options: GPURequestAdapterOptions = {}): Promise<Found | undefined> {
  const found = await findWebGPU();
  const adapter = await found?.gpu.requestAdapter(options);
  return found && adapter ? { adapter, polled: found.polled } : undefined;
}

/** The adapter a device would be opened on, without opening it; undefined where there is none. */
export async function describeBestAdapter(): Promise<AdapterDescription | undefined> {
  const found = await findAdapter({ powerPreference: 'high-performance' });
  return found && describeAdapter(found.adapter.info, found.adapter.features, found.adapter.limits);
}

/** All adapters that WebGPU can be made to show: at most the fast one, the thrifty one and the fallback. */
export async function listAdapters(): Promise<AdapterDescription[]> {
  const list: AdapterDescription[] = [];
  for (const options of [
    { powerPreference: 'high-performance' },
    { powerPreference: 'low-power' },
    { forceFallbackAdapter: true },
  ] satisfies GPURequestAdapterOptions[]) {
    const found = await findAdapter(options);
    if (!found) continue;
    const { features, limits } = found.adapter;
    const description = describeAdapter(found.adapter.info, features, limits);
    const text = JSON.stringify(description);
    if (!list.some((other) => JSON.stringify(other) === text)) list.push(description);
  }
  return list;
}

const softwareNames = /llvmpipe|lavapipe|swiftshader|softpipe|software|basic render|\bwarp\b/i;

export function describeAdapter(
  info: GPUAdapterInfo,
  features: Iterable<string>,
  limits: GPUSupportedLimits,
): AdapterDescription {
  const { vendor, architecture, device, description } = info;
  const names = new Set(features);
  // Older runtimes tell no sizes.
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
  // The limits are getters of the prototype.
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === 'number') numbers[name] = value;
  }
  return numbers;
}

/** Limits worth asking for: how large buffers may be. Kernels are content with the others' defaults. */
const wantedLimits = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;

/** @throws DeviceError if the adapter refuses */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of wantedLimits) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures: GPUFeatureName[] = [];
  if (adapter.features.has('subgroups')) requiredFeatures.push('subgroups');
  try {
    return await adapter.requestDevice({ label: 'scalearn', requiredFeatures, requiredLimits });
  } catch (error) {
    throw new DeviceError(`the WebGPU adapter gave no device: ${messageOf(error)}`, { cause: error });
  }
}
