import {
  type AdapterDescription,
  type Device,
  listAdapters,
  ReferenceDevice,
  requestWebGPUDevice,
} from '@scalearn/core';
import { kernelVariants, supportedVariants } from '@scalearn/core/graph';
import { requestOnnxDevice } from '@scalearn/onnx';
import { openDevice } from '../device.ts';
import { runtimeVersions } from '../version.ts';
import { SelfTest, type SelfTestResult } from './self-test.ts';

/** A device, with whether it is available and whether it computes correctly. */
export interface Examined {
  /** `webgpu`, `onnx` or `reference`. */
  readonly device: string;
  /** Family of WebGPU kernels; undefined for other devices. */
  readonly variant?: string;
  readonly description?: string;
  /** Why the device is not available. */
  readonly missing?: string;
  readonly test?: SelfTestResult;
  /** Why the test failed to finish. */
  readonly failure?: string;
}

export interface DoctorReport {
  readonly runtime: Readonly<Record<string, string>>;
  readonly adapters: readonly AdapterDescription[];
  readonly devices: readonly Examined[];
  /** The device that `auto` selects. */
  readonly chosen: { readonly device: string; readonly description: string; readonly reason: string };
  readonly advice: readonly string[];
  readonly healthy: boolean;
}

/** Returns whether a device is available but failed its test. */
const isBroken = ({ test, failure }: Examined): boolean => failure !== undefined || test?.passed === false;

/** Lists all devices and tests them. */
export async function examine(note: (text: string) => void): Promise<DoctorReport> {
  const adapters = await listAdapters();
  const test = new SelfTest();
  const devices: Examined[] = [];
  const look = async (
    device: string,
    variant: string | undefined,
    open: () => Promise<Device | undefined>,
  ): Promise<void> => {
    note(`testing ${device}${variant ? `, ${variant} kernels` : ''}`);
    devices.push({ device, ...(variant ? { variant } : {}), ...(await examineDevice(open, test)) });
  };
  const [adapter] = adapters;
  for (const variant of adapter ? kernelVariants : [])
    if (adapter && supportedVariants(adapter).includes(variant))
      await look('webgpu', variant, () => requestWebGPUDevice({ forceVariant: variant }));
    else
      devices.push({ device: 'webgpu', variant, missing: 'the adapter has no subgroups of one known size' });
  if (!adapter) devices.push({ device: 'webgpu', missing: 'there is no WebGPU adapter' });
  await look('onnx', undefined, () => requestOnnxDevice());
  await look('reference', undefined, async () => new ReferenceDevice());
  const chosen = await choose();
  const [advice, healthy] = [await advise(adapters, devices), !devices.some(isBroken)];
  return { runtime: runtimeVersions(), adapters, devices, chosen, advice, healthy };
}

async function examineDevice(
  open: () => Promise<Device | undefined>,
  test: SelfTest,
): Promise<Omit<Examined, 'device' | 'variant'>> {
  let device: Device | undefined;
  try {
    device = await open();
  } catch (error) {
    return { missing: (error as Error).message.trim() };
  }
  if (!device) return { missing: 'there is no adapter' };
  const { description } = device;
  try {
    return { description, test: await test.run(device) };
  } catch (error) {
    return { description, failure: (error as Error).message.trim() };
  } finally {
    device.dispose();
  }
}

async function choose(): Promise<DoctorReport['chosen']> {
  const asked = process.env.SCALEARN_DEVICE;
  const warnings: string[] = [];
  try {
    await using device = await openDevice(undefined, (text) => warnings.push(text));
    const { kind, description } = device;
    const usual = kind === 'onnx' ? 'there is no GPU, and ONNX Runtime is installed' : 'it is a GPU';
    const wanted = asked && asked !== 'auto' ? `SCALEARN_DEVICE asks for ${asked}` : undefined;
    return { device: kind, description, reason: wanted ?? warnings[0] ?? usual };
  } catch (error) {
    return { device: 'none', description: '', reason: (error as Error).message };
  }
}

/** Returns what to install, the most useful first; empty if nothing is needed. */
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

/** Returns whether WebGPU is missing only because the package that provides it in Node is not installed. */
async function needsDawn(): Promise<boolean> {
  if (process.versions.deno) return false;
  // The name is in a variable so that bundlers and type checkers do not resolve the optional package.
  const name = 'webgpu';
  return import(name).then(
    () => false,
    () => true,
  );
}
