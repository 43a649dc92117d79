import type { AdapterDescription } from '@scalearn/core';
import { type Examined, isBroken } from './examine.ts';

/** What to install, most useful first; nothing where all is well. */
export async function advise(
  adapters: readonly AdapterDescription[],
  devices: readonly Examined[],
): Promise<string[]> {
  const advice: string[] = [];
  for (const { device, variant } of devices.filter(isBroken))
    advice.push(
      `do not use ${device}${variant ? ` with ${variant} kernels` : ''} here: choose another --device, update the driver, and report this output`,
    );
  const onnx = devices.find(({ device }) => device === 'onnx');
  if (onnx?.missing) advice.push(`for training without a GPU: ${onnx.missing}`);
  if (adapters.some(({ isSoftware }) => !isSoftware)) return advice;
  if (adapters.length > 0) advice.push('the only WebGPU adapter is software; for a GPU, install its driver');
  else if (await needsDawn())
    advice.push('Node has no WebGPU of its own; for a GPU, install it with: npm install webgpu');
  else
    advice.push(
      process.platform === 'linux'
        ? 'for a GPU, install its Vulkan driver (Debian, Ubuntu: apt install mesa-vulkan-drivers, which has one in software as well)'
        : 'for a GPU, install its driver',
    );
  return advice;
}

/** Whether WebGPU is only missing because the package that brings it to Node is not installed. */
async function needsDawn(): Promise<boolean> {
  if (process.versions.deno) return false;
  // The name stands in a variable so that nothing tries to find the optional package before.
  const name = 'webgpu';
  return import(name).then(
    () => false,
    () => true,
  );
}
