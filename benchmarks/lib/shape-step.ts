import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encoderParameterCount } from '@scalearn/encoders';
import { type ProfiledKind, profiledStep } from '../../packages/cli/src/profile/profiled-step.ts';
import { shapeEncoder } from '../../packages/cli/src/profile/shapes.ts';
import { openDevice } from './device.ts';
import { inTurn, median } from './measure.ts';
import type { BenchmarkOptions } from './options.ts';

/** A step of an encoder with arbitrary weights. */
export interface ShapeStepRequest extends BenchmarkOptions {
  /** Content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly step: ProfiledKind;
  /** Number of tokens of each row. */
  readonly batch: readonly number[];
}

/** Measures a step, and the memory of this process and of its device. Weights do not affect the time. */
export async function measureShapeStep({ config, step: kind, batch, ...options }: ShapeStepRequest): Promise<{
  readonly parameters: number;
  readonly milliseconds: number;
  readonly tokensPerSecond: number;
  /** Most resident memory of the process so far, in MiB. It includes the weights. */
  readonly residentMiB: number;
  /** What the device holds, in MiB. */
  readonly deviceMiB: number;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'scalearn-shape-'));
  try {
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    await using device = await openDevice(options);
    const { signal } = new AbortController();
    using encoder = await shapeEncoder(folder, { device, signal });
    using step = await profiledStep(encoder, kind, batch);
    using program = await device.compile(step.graph, { label: kind });
    await program.run(step.feeds);
    const [times] = (await inTurn([() => program.run(step.feeds)], options.runs)) as [number[]];
    const milliseconds = median(times);
    const tokens = batch.reduce((sum, length) => sum + length, 0);
    return {
      parameters: encoderParameterCount(encoder.config),
      milliseconds,
      tokensPerSecond: (tokens / milliseconds) * 1000,
      residentMiB: process.resourceUsage().maxRSS / 1024,
      deviceMiB: device.memory().total / 2 ** 20,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
