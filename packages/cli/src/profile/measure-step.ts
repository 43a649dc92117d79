import { DeviceError, requestWebGPUDevice, type WebGPUOptions } from '@scalearn/core';
import type { KernelWork, Peaks } from '@scalearn/core/graph';
import { type FamilyOptions, loadEncoder } from '@scalearn/encoders';
import { type Batch, type ProfiledKind, profiledStep } from './profiled-step.ts';
import { shapeEncoder } from './shapes.ts';

/** One dispatch of a step: its work, and its time. */
export interface ProfiledKernel extends KernelWork {
  /** The median of several runs. */
  readonly milliseconds: number;
}

export interface Profile {
  readonly adapter: string;
  /** How the times were found: by the GPU's own clock, or by waiting for each dispatch. */
  readonly clock: 'timestamps' | 'waiting';
  readonly step: ProfiledKind;
  readonly batch: Batch;
  readonly precision: 'f32' | 'f16';
  readonly peaks: Peaks;
  /** Kernels that measurements chose, by what they compute. */
  readonly choices: Readonly<Record<string, string>>;
  /** The dispatches in the order in which they run. */
  readonly kernels: readonly ProfiledKernel[];
  /** Median milliseconds of a whole step, from its start to its results. */
  readonly milliseconds: number;
  /** Bytes on the device. */
  readonly memory: number;
}

export interface ProfileRequest extends FamilyOptions {
  readonly batch: Batch;
  readonly encoder: string;
  readonly step: ProfiledKind;
  /** Whether the weights are arbitrary, and the encoder is only a configuration. */
  readonly random: boolean;
  /** Runs of each measurement. */
  readonly runs: number;
  readonly webgpu: WebGPUOptions;
  readonly signal: AbortSignal;
}

/** Measures every kernel of a step on WebGPU. @throws DeviceError if there is no adapter */
export async function measureStep(request: ProfileRequest): Promise<Profile> {
  const { encoder: source, step: kind, random, runs, webgpu, families, signal, batch } = request;
  await using device = await requestWebGPUDevice(webgpu);
  if (!device)
    throw new DeviceError('there is no WebGPU adapter to profile; scalearn doctor says what to install');
  const peaks = await device.peaks();
  const how = { device, families, signal };
  using encoder = await (random ? shapeEncoder(source, how) : loadEncoder(source, how));
  using step = await profiledStep(encoder, kind, batch);
  using program = await device.compile(step.graph, { label: kind });
  // Drivers finish the compilation of a kernel at its first use.
  await program.run(step.feeds);
  const whole: number[] = [];
  const times: number[][] = [];
  for (let run = 0; run < runs; run++) {
    signal.throwIfAborted();
    const start = performance.now();
    await program.run(step.feeds);
    whole.push(performance.now() - start);
    times.push(await program.time(step.feeds));
  }
  return {
    ...{ adapter: device.description, clock: device.clock, step: kind, batch, peaks },
    ...{ precision: device.weightStorage, choices: device.kernels, memory: device.memory().total },
    milliseconds: median(whole),
    kernels: program
      .work(step.feeds)
      .map((work, i) => ({ ...work, milliseconds: median(times.map((each) => each[i] ?? 0)) })),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
