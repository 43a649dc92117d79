import { ArgumentError, DeviceError } from '../../errors.ts';
import type { KernelProfile } from '../../graph/kernel.ts';
import type { WorkgroupLimits } from '../../ops/matmul/choose.ts';
import type { AdapterDescription } from './adapter.ts';

/** A family of kernels; see {@link chooseProfile}. */
export type KernelVariant = 'subgroup' | 'register' | 'workgroup';

export const kernelVariants: readonly KernelVariant[] = ['subgroup', 'register', 'workgroup'];

const rowForms = { subgroup: 'subgroup', register: 'thread', workgroup: 'workgroup' } as const;

/** Returns the variants that an adapter can run. */
export function supportedVariants(adapter: AdapterDescription): KernelVariant[] {
  return kernelVariants.filter((variant) => variant !== 'subgroup' || hasSubgroups(adapter));
}

const hasSubgroups = ({ subgroupSize }: AdapterDescription): boolean =>
  subgroupSize !== undefined && [4, 8, 16, 32].includes(subgroupSize);

/**
 * Chooses the kernel variant for an adapter. `subgroup` keeps tiles in registers and shares them inside a subgroup; it
 * is fastest on software adapters. `register` makes every invocation independent; it is fastest on software adapters
 * without subgroups. `workgroup` shares tiles in workgroup memory; it is fastest on GPUs, and 4 to 10 times slower on
 * software adapters.
 *
 * @param forced a variant to use instead of the chosen one
 */
export function chooseProfile(adapter: AdapterDescription, forced?: string): KernelProfile {
  const variant =
    forced ?? (adapter.isSoftware ? (hasSubgroups(adapter) ? 'subgroup' : 'register') : 'workgroup');
  if (!isVariant(variant))
    throw new ArgumentError(
      `there is no kernel variant '${variant}'; there are ${kernelVariants.join(', ')}`,
    );
  if (!supportedVariants(adapter).includes(variant))
    throw new DeviceError(
      `this adapter cannot run the kernel variant '${variant}': its subgroups have no fixed size`,
    );
  const rows = forced === undefined && hasSubgroups(adapter) ? 'subgroup' : rowForms[variant];
  return { matmul: variant, rows, subgroupSize: adapter.subgroupSize ?? 0 };
}

function isVariant(text: string): text is KernelVariant {
  return kernelVariants.some((variant) => variant === text);
}

/** Returns what an adapter allows a workgroup. What it does not tell is as little as WebGPU allows. */
export function workgroupLimits(adapter: AdapterDescription): WorkgroupLimits {
  const { limits } = adapter;
  const invocations = limits.maxComputeInvocationsPerWorkgroup ?? 256;
  return {
    invocations: Math.min(invocations, limits.maxComputeWorkgroupSizeX ?? 256),
    bytes: limits.maxComputeWorkgroupStorageSize ?? 16384,
    hasSubgroups: hasSubgroups(adapter),
  };
}
