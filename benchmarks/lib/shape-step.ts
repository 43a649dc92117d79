import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '@scalearn/core';
import { encoderParameterCount } from '@scalearn/encoders';
import { type ProfiledKind, profiledStep } from '../../packages/cli/src/profile/profiled-step.ts';
import { shapeEncoder } from '../../packages/cli/src/profile/shapes.ts';
import { type OpenedDevice, openDevice } from './device.ts';
import { inTurn, median } from './measure.ts';
import type { BenchmarkOptions } from './options.ts';

/** A step of an encoder with arbitrary weights. */
export interface ShapeStepRequest extends BenchmarkOptions, OpenedDevice {
  /** Content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly step: ProfiledKind;
  /** Number of tokens of each row. */
  readonly batch: readonly number[];
}

/** What is measured of a step. Weights do not affect the time. */
export interface ShapeStep {
  readonly parameters: number;
  readonly milliseconds: number;
  readonly tokensPerSecond: number;
  /** Most resident memory of the process so far, in MiB. It includes the weights. */
  readonly residentMiB: number;
  /** What the device holds, in MiB. */
  readonly deviceMiB: number;
}

/** Measures a step, and the memory of this process and of its device. */
export async function measureShapeStep(request: ShapeStepRequest): Promise<ShapeStep> {
  return withShapeStep(request, async ({ run, device, parameters }) => {
    const [times] = (await inTurn([run], request.runs)) as [number[]];
    const milliseconds = median(times);
    const tokens = request.batch.reduce((sum, length) => sum + length, 0);
    return {
      ...{ parameters, milliseconds, tokensPerSecond: (tokens / milliseconds) * 1000 },
      residentMiB: process.resourceUsage().maxRSS / 1024,
      deviceMiB: device.memory().total / 2 ** 20,
    };
  });
}

interface RunningStep {
  run(): Promise<unknown>;
  readonly device: Device;
  /** Number of the encoder's values. */
  readonly parameters: number;
}

/** Compiles a step and runs it once, and frees it after the work. */
export async function withShapeStep<T>(
  { config, step: kind, batch, ...options }: ShapeStepRequest,
  work: (step: RunningStep) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'scalearn-shape-'));
  try {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    await using device = await openDevice(options);
    const { signal } = new AbortController();
    using encoder = await shapeEncoder(folder, { device, signal });
    using step = await profiledStep(encoder, kind, batch);
    using program = await device.compile(step.graph, { label: kind });
    const run = (): Promise<unknown> => program.run(step.feeds);
    await run();
    return await work({ run, device, parameters: encoderParameterCount(encoder.config) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
