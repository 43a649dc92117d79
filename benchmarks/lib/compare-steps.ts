import type { EncoderArchitecture, Method } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { openDevice } from './device.ts';
import { inTurn, median } from './measure.ts';
import { benchmarkOptions } from './options.ts';
import { encoderFolder } from './places.ts';
import { report } from './report.ts';
import { rteRows } from './rows.ts';
import { Step } from './step.ts';

/** Two methods whose training steps are compared. */
export interface ComparedSteps {
  /** Name of the benchmark. */
  readonly name: string;
  /** Name of the milliseconds of the other method in the report. */
  readonly otherMilliseconds: string;
  /** Largest ratio of time that is allowed. */
  readonly required: number;
  /** Returns the methods for an encoder: that whose cost is measured, and the other. */
  methods(encoder: EncoderArchitecture): readonly [measured: Method, other: Method];
}

/** Runs a step of each method in turn, and reports the ratio of their times. */
export async function compareSteps({
  name,
  otherMilliseconds,
  required,
  methods,
}: ComparedSteps): Promise<void> {
  const options = benchmarkOptions({ runs: 9 });
  await using device = await openDevice(options);
  const encoder = await loadEncoder(encoderFolder, { device });
  const rows = await rteRows(encoder);
  const [measured, other] = methods(encoder.architecture);
  const steps = [
    await Step.create(encoder, measured, rows),
    await Step.create(encoder, other, rows),
  ] as const;
  for (const step of steps) await step.run();
  const [ours = [], theirs = []] = await inTurn(
    steps.map((step) => () => step.run()),
    options.runs,
  );
  report({
    ...{ name, device: options.device, value: median(ours) / median(theirs), unit: 'ratio of time' },
    bestRatio: Math.min(...ours) / Math.min(...theirs),
    milliseconds: median(ours),
    [otherMilliseconds]: median(theirs),
    ...{ tokens: rows.tokens, threads: options.threads, required },
  });
}
