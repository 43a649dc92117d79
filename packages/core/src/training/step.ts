import { gradients } from '../autodiff/gradient.ts';
import type { HostArray } from '../devices/device.ts';
import { at, known } from '../elements.ts';
import type { Graph, Update } from '../graph/graph.ts';
import { input, variable } from '../graph/leaves.ts';
import type { GraphParts } from '../model/forward.ts';
import type { ParameterGroup, Parameters } from '../nn/parameters.ts';
import { add } from '../ops/arithmetic.ts';
import { pack } from '../ops/pack.ts';
import { type AdamWOptions, adamW, adamWDefaults, adamWRates } from '../optim/adamw.ts';
import { clipFactor, globalNorm } from '../optim/clip.ts';

export interface OptimizerOptions extends Partial<AdamWOptions> {
  /** Largest global norm of gradients; larger ones are scaled down. Undefined: no limit. */
  readonly maxGradNorm?: number;
  /** In joint training: the task of the step; absent for one task. Parameters that it does not use are not changed. */
  readonly task?: string;
}

/** Returns whether a step of a task updates a group. */
function takesPart(
  { tasks, rate }: Pick<ParameterGroup, 'tasks' | 'rate'>,
  task: string | undefined,
): boolean {
  if (rate === 0) return false;
  return tasks === undefined || task === undefined || tasks.includes(task);
}

/**
 * Builds a complete training step as one graph: forward, backward, clipping, AdamW. Its outputs are `loss`,
 * `gradientNorm` (before clipping) and, if there is one, `penalty`. Each parameter group has the inputs `stepSize/NAME`
 * and `decay/NAME`.
 */
export function trainingGraph(
  parts: Pick<GraphParts, 'loss' | 'penalty'>,
  parameters: Parameters,
  options: OptimizerOptions = {},
): Graph {
  const objective = parts.penalty ? add(parts.loss, parts.penalty) : parts.loss;
  const groups = parameters.groups.filter((group) => takesPart(group, options.task));
  const specs = groups.flatMap((group) => group.specs);
  const slopes = gradients(
    objective,
    specs.map((spec) => parameters.tensor(spec.name)),
  );
  const bySpec = new Map(specs.map((spec, i) => [spec, at(slopes, i)]));
  const packed = groups.map((group) => pack(group.specs.map((spec) => known(bySpec, spec))));
  const gradientNorm = globalNorm(packed);
  const factor = clipFactor(gradientNorm, options.maxGradNorm);
  const updates = groups.flatMap((group, i): Update[] => {
    const state = { parameters: variable(group.values), m: variable(group.m), v: variable(group.v) };
    const rates = {
      factor,
      stepSize: input(`stepSize/${group.name}`, []),
      decay: input(`decay/${group.name}`, []),
    };
    const next = adamW(state, at(packed, i), rates, { ...adamWDefaults, ...options });
    return (['parameters', 'm', 'v'] as const).map((key) => ({ variable: state[key], value: next[key] }));
  });
  return {
    outputs: { loss: parts.loss, gradientNorm, ...(parts.penalty ? { penalty: parts.penalty } : {}) },
    updates,
  };
}

/**
 * Returns the inputs of {@link trainingGraph} that change in every step.
 *
 * @param step t = 1, 2, …, for all groups or for each group, since groups can skip steps
 */
export function optimizerFeeds(
  parameters: Parameters,
  learningRate: number,
  weightDecay: number,
  step: number | ((group: ParameterGroup) => number),
  options: OptimizerOptions = {},
): Record<string, HostArray> {
  const feeds: Record<string, HostArray> = {};
  for (const group of parameters.groups) {
    if (!takesPart(group, options.task)) continue;
    const { stepSize, decay } = adamWRates(
      learningRate * group.rate,
      group.decay ? weightDecay : 0,
      typeof step === 'number' ? step : step(group),
      { ...adamWDefaults, ...options },
    );
    feeds[`stepSize/${group.name}`] = Float64Array.of(stepSize);
    feeds[`decay/${group.name}`] = Float64Array.of(decay);
  }
  return feeds;
}
