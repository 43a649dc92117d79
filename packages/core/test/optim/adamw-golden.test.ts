import { describe, expect, test } from 'vitest';
import { recordedBytes, recordedJson } from '../../../../test/golden/recorded.ts';
import { ReferenceDevice } from '../../src/devices/reference.ts';
import { parseSafetensors, type Safetensors } from '../../src/files/safetensors/reader.ts';
import { input, variable } from '../../src/graph/leaves.ts';
import { adamW, adamWRates } from '../../src/optim/adamw.ts';
import { clipFactor, globalNorm } from '../../src/optim/clip.ts';
import { linearSchedule } from '../../src/optim/schedule.ts';

interface Recording {
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly decay: boolean;
  }[];
  readonly cases: readonly {
    readonly name: string;
    readonly form: 'reference' | 'torch';
    readonly learningRate: number;
    readonly betas: readonly [number, number];
    readonly epsilon: number;
    readonly weightDecay: number;
    readonly warmupSteps: number;
    readonly plannedSteps: number;
    readonly clipNorm: number | null;
    readonly steps: number;
    readonly marks: readonly number[];
    readonly learningRates: readonly number[];
    readonly gradientNorms: readonly number[];
    readonly largestRelativeGapFloat32: number;
  }[];
}

type Case = Recording['cases'][number];
type Precision = 'float64' | 'float32';

/** A recorded tensor without loss of precision. */
function read(file: Safetensors, name: string): Float64Array {
  if (file.entries.get(name)?.dtype !== 'F64') return Float64Array.from(file.float32(name));
  return new Float64Array(file.bytes(name).slice().buffer);
}

/** Largest difference over the largest magnitude. */
function gap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let scale = 1e-300;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] as number) - (expected[i] as number)));
    scale = Math.max(scale, Math.abs(expected[i] as number));
  }
  return actual.length === expected.length ? difference / scale : Number.POSITIVE_INFINITY;
}

/** Fifty recorded steps; returns the largest relative gap to what was recorded after each marked one. */
async function replay(precision: Precision, c: Case, recording: Recording, file: Safetensors) {
  const device = new ReferenceDevice(precision);
  const [beta1, beta2] = c.betas;
  const options = { beta1, beta2, epsilon: c.epsilon };
  const states = recording.parameters.map(({ name, shape, decay }) => {
    const zeros = new Float64Array(shape.reduce((a, b) => a * b, 1));
    return {
      name,
      decay,
      gradient: input(`grad ${name}`, shape),
      recorded: read(file, `grad.${name}`),
      size: zeros.length,
      parameters: device.upload(read(file, `start.${name}`), shape),
      m: device.upload(zeros, shape),
      v: device.upload(zeros, shape),
    };
  });
  const norm = globalNorm(states.map((state) => state.gradient));
  const factor = clipFactor(norm, c.clipNorm ?? undefined);
  const stepSize = input('stepSize', []);
  const decays = { true: input('decay true', []), false: input('decay false', []) };
  const updates = states.flatMap((state) => {
    const own = { parameters: variable(state.parameters), m: variable(state.m), v: variable(state.v) };
    const rates = { factor, stepSize, decay: decays[`${state.decay}`] };
    const next = adamW(own, state.gradient, rates, options);
    return (['parameters', 'm', 'v'] as const).map((key) => ({ variable: own[key], value: next[key] }));
  });
  const program = await device.compile({ outputs: { norm }, updates });
  const gaps: { what: string; gap: number }[] = [];
  for (let step = 0; step < c.steps; step++) {
    const rate = c.learningRate * linearSchedule(step, c.plannedSteps, c.warmupSteps);
    expect(rate).toBeCloseTo(c.learningRates[step] as number, 15);
    const rates = adamWRates(rate, c.weightDecay, step + 1, options);
    const result = await program.run({
      ...Object.fromEntries(
        states.map((s) => [`grad ${s.name}`, s.recorded.slice(step * s.size, (step + 1) * s.size)]),
      ),
      stepSize: Float64Array.of(rates.stepSize),
      'decay true': Float64Array.of(rates.decay),
      'decay false': Float64Array.of(0),
    });
    // Where nothing was clipped no norm was recorded.
    if (c.clipNorm !== null)
      gaps.push({
        what: `norm at step ${step + 1}`,
        gap: gap(result.norm as Float64Array, [c.gradientNorms[step] as number]),
      });
    if (!c.marks.includes(step + 1)) continue;
    for (const { name, parameters } of states)
      gaps.push({
        what: `${name} after step ${step + 1}`,
        gap: gap(await parameters.read(), read(file, `${c.name}.${precision}.after${step + 1}.${name}`)),
      });
  }
  for (const state of states)
    for (const key of ['m', 'v'] as const)
      gaps.push({
        what: `${key} of ${state.name}`,
        gap: gap(await state[key].read(), read(file, `${c.name}.${precision}.${key}.${state.name}`)),
      });
  return gaps.reduce((a, b) => (b.gap > a.gap ? b : a));
}

describe("AdamW equals the reference's, step for step", () => {
  const recording = recordedJson<Recording>('optim/adamw.json');
  const file = parseSafetensors(recordedBytes('optim/adamw.safetensors'));
  for (const c of recording.cases)
    for (const precision of ['float64', 'float32'] as const)
      test(`${c.name} in ${precision}`, async (context) => {
        if (c.form === 'torch') return context.skip("the form of torch.optim.AdamW is not this library's");
        const largest = await replay(precision, c, recording, file);
        // In float32 the recording itself is as far from float64 as it says; rounding differs in order only.
        const limit = precision === 'float64' ? 1e-12 : 2 * c.largestRelativeGapFloat32;
        expect(largest.gap, largest.what).toBeLessThanOrEqual(limit);
      });
});
