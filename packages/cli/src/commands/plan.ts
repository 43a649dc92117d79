import { countWork } from '@scalearn/core/graph';
import type { Command } from 'commander';
import { listOption, oneOf } from '../options/command-line.ts';
import { jsonLine } from '../output/reporter.ts';
import gpus from '../profile/gpus.json' with { type: 'json' };
import { batchText, profiledStep, tokensOf } from '../profile/profiled-step.ts';
import { leastOfAll } from '../profile/roofline.ts';
import { paperDevice, shapeEncoder } from '../profile/shapes.ts';
import type { CommandContext, Run } from './context.ts';
import { addStepOptions, batchOf, type StepArguments } from './profile.ts';

interface PlanArguments extends StepArguments {
  readonly gpu?: readonly string[];
  readonly json?: boolean;
}

const names = gpus.map(({ name }) => name);

export function addPlan(root: Command, run: Run): void {
  const known = oneOf(names);
  const gpuOption = listOption('--gpu <name...>', `GPUs, of ${names.join(', ')} (default: all)`);
  addStepOptions(root.command('plan'))
    .summary('estimate a step on GPUs that are not here')
    .description(
      'Counts the arithmetic and the memory of a step, and divides by the figures of GPUs. The encoder can be a configuration alone.',
    )
    .addOption(
      gpuOption.argParser((name: string, before: readonly string[] | undefined) => [
        ...(before ?? []),
        known(name),
      ]),
    )
    .option('--json', 'one JSON object on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  scalearn plan --encoder FacebookAI/roberta-base --step stage2 --gpu l4 h100\n',
    )
    .action((given: PlanArguments) => run((context) => plan(given, context)));
}

async function plan(given: PlanArguments, { terminal, signal, setup }: CommandContext): Promise<void> {
  const { encoder: source, step: kind, gpu = names, json } = given;
  const batch = batchOf(given);
  const device = paperDevice();
  using encoder = await shapeEncoder(source, { device, families: setup.families, signal });
  using step = await profiledStep(encoder, kind, batch);
  const kernels = countWork(step.graph, step.dims);
  const sum = (key: 'flops' | 'bytes'): number => kernels.reduce((total, kernel) => total + kernel[key], 0);
  const estimates = gpus
    .filter(({ name }) => gpu.includes(name))
    .map((figures) => ({ ...figures, milliseconds: leastOfAll(kernels, figures) }));
  const work = { flops: sum('flops'), bytes: sum('bytes'), dispatches: kernels.length };
  if (json) {
    jsonLine(terminal, {
      event: 'done',
      encoder: source,
      step: kind,
      batch,
      ...work,
      gpus: estimates,
    });
    return;
  }
  const lines = [
    `${kind} of ${batchText(batch)}: ${(work.flops / 1e9).toFixed(1)} GFLOP, ${(work.bytes / 1e6).toFixed(0)} MB in ${work.dispatches} dispatches, in f32`,
    '',
    row('GPU', 'TFLOP/s', 'GB/s', 'ms at best', 'tokens/s at best'),
    ...estimates.map(({ title, f32, bandwidth, milliseconds }) =>
      row(
        title,
        (f32 / 1e3).toFixed(1),
        bandwidth.toFixed(0),
        milliseconds.toFixed(2),
        ((tokensOf(batch) * 1e3) / milliseconds).toFixed(0),
      ),
    ),
    '',
    'Figures are published ones, most by third parties, without matrix units. Real kernels reach a part of them: scalearn profile measures it.',
  ];
  terminal.out(lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

function row(name: string, ...cells: readonly string[]): string {
  return [name.padEnd(26), ...cells.map((cell) => cell.padStart(17))].join('');
}
