import { availableParallelism } from 'node:os';
import type { PlanEstimate } from '../experiment/estimate.ts';
import type { Plan } from '../experiment/plan.ts';
import { clock, count } from './format.ts';
import { oneLine } from './printable.ts';
import { table } from './table.ts';

/** What an experiment would train. */
export function planText({ experiment: { title } }: Plan, estimate: PlanEstimate, jobs: number): string {
  const header = ['entry', 'models', 'there already', 'parameters', 'tokens', 'TFLOP', 'time'];
  const line = (name: string, each: PlanEstimate['entries'][number] | PlanEstimate): string[] => [
    name,
    count(each.models),
    count(each.finished),
    [...new Set(each.parameters)].map(count).join(' to '),
    count(each.tokens),
    (each.flops / 1e12).toPrecision(2),
    clock(each.seconds),
  ];
  const rows = estimate.entries.map((each) => line(each.entry, each));
  const together =
    jobs === 1 ? '' : `, with ${jobs} jobs on ${availableParallelism()} cores up to ${jobs} times as fast`;
  return `${oneLine(title)}\n\n${table([header, ...rows, line('all', estimate)])}\nParameters are those of a model, heads left out. Time is for ${estimate.device}, if no epoch is left out: ${clock(estimate.seconds)} one after the other${together}.\n`;
}
