import { type AdapterDescription, type Device, ReferenceDevice } from '@scalearn/core';
import type { Peaks, TuningRecord } from '@scalearn/core/graph';
import { type Int8Gain, measureInt8, requestOnnxDevice } from '@scalearn/onnx';
import type { Examined } from '../devices/ask-drivers.ts';
import { askDrivers, type DriverEvent, type Extent } from '../devices/ask-drivers.ts';
import { openDevice } from '../devices/open-device.ts';
import { runtimeVersions } from '../version.ts';
import { examineDevice } from './examine-device.ts';
import { SelfTest } from './self-test.ts';

export interface DoctorReport {
  readonly runtime: Readonly<Record<string, string>>;
  readonly adapters: readonly AdapterDescription[];
  readonly devices: readonly Examined[];
  /** The device that `auto` selects. */
  readonly chosen: { readonly device: string; readonly description: string; readonly reason: string };
  /** Lines that graphics drivers printed. */
  readonly messages: readonly string[];
  readonly advice: readonly string[];
  /** What the adapter can do at best; absent if it was not measured. */
  readonly peaks?: Peaks;
  /** What was measured of kernels on the adapter, now or earlier; absent without an adapter. */
  readonly tuning?: TuningRecord;
  /** What the precision int8 gains on the CPU; absent if it does not run there. */
  readonly int8?: Int8Gain;
  readonly healthy: boolean;
}

/** Returns whether a device is available but failed its test. */
const isBroken = ({ test, failure }: Examined): boolean => failure !== undefined || test?.passed === false;

/** What is found, in the order in which it is found. */
export type DoctorEvent =
  | { readonly event: 'runtime'; readonly runtime: DoctorReport['runtime'] }
  | DriverEvent
  | { readonly event: 'testing'; readonly device: string };

/**
 * Lists all devices and tests them.
 *
 * @param show receives what is found as soon as it is
 */
export async function examine(
  show: (event: DoctorEvent) => void,
  { extent, signal }: { readonly extent: Exclude<Extent, 'none'>; readonly signal?: AbortSignal },
): Promise<DoctorReport> {
  const runtime = runtimeVersions();
  show({ event: 'runtime', runtime });
  let adapters: readonly AdapterDescription[] = [];
  const devices: Examined[] = [];
  const add = (examined: Examined): void => {
    devices.push(examined);
    show({ event: 'examined', examined });
  };
  let isListed = false;
  let measured: Pick<DoctorReport, 'peaks' | 'tuning' | 'int8'> = {};
  const { messages, failure } = await askDrivers(
    extent,
    (event) => {
      if (event.event === 'adapters') [adapters, isListed] = [event.adapters, true];
      if (event.event === 'examined') devices.push(event.examined);
      if (event.event === 'peaks') measured = { ...measured, peaks: event.peaks };
      if (event.event === 'tuning') measured = { ...measured, tuning: event.tuning };
      show(event);
    },
    { signal },
  );
  if (!isListed) show({ event: 'adapters', adapters });
  if (failure !== undefined) add({ device: 'webgpu', failure });
  else if (adapters.length === 0) add({ device: 'webgpu', missing: 'there is no WebGPU adapter' });
  const test = new SelfTest('training');
  const look = async (device: string, open: () => Promise<Device>): Promise<void> => {
    signal?.throwIfAborted();
    show({ event: 'testing', device });
    add({ device, ...(await examineDevice(open, test)) });
  };
  await look('onnx', () => requestOnnxDevice());
  if (devices.some(({ device, test }) => device === 'onnx' && test?.passed)) {
    const int8 = await measureInt8().catch(() => undefined);
    measured = { ...measured, ...(int8 && { int8 }) };
  }
  await look('reference', async () => new ReferenceDevice());
  const chosen = await choose();
  const [advice, healthy] = [await advise(adapters, devices), !devices.some(isBroken)];
  return { runtime, adapters, devices, chosen, messages, advice, ...measured, healthy };
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
