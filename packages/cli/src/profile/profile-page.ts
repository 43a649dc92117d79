import { type FlameNode, facts, figure, flameChart, page, table } from '@scalearn/report';
import { version } from '../version.ts';
import { type KernelRow, kernelRows, rowOf } from './kernel-rows.ts';
import type { Profile } from './measure-step.ts';
import { percent } from './profile-output.ts';
import { batchText } from './profiled-step.ts';
import { leastOfAll } from './roofline.ts';

/** Makes a page about a profile: where its time goes, and its dispatches in their order. */
export function profilePage(profile: Profile): string {
  const { adapter, clock, step, batch, precision, peaks, kernels, milliseconds, memory, choices } = profile;
  const total = kernels.reduce((sum, kernel) => sum + kernel.milliseconds, 0);
  const format = (value: number): string => `${value.toFixed(3)} ms`;
  const operations = operationNodes(profile);
  const colors = new Map(operations.map(({ name }, i) => [name, i]));
  const inOrder: FlameNode = {
    ...{ name: step, value: total },
    parts: kernels.map((kernel) => nodeOf(rowOf(kernel, peaks), colors.get(firstOperation(kernel)))),
  };
  return page({
    title: `${step} of ${batchText(batch)}`,
    summary: `${kernels.length} dispatches take ${format(total)} on ${adapter}, and at best ${format(leastOfAll(kernels, peaks))} by its peaks. A whole step takes ${format(milliseconds)}.`,
    sections: [
      {
        heading: 'Where the time goes',
        content: figure({
          svg: flameChart({
            root: { name: step, value: total, parts: operations },
            ...{
              format,
              label: 'The time of a step by operation, and by the operations that share a kernel',
            },
          }),
          caption:
            'The step, its operations by the first one of each kernel, and the kernels of the same operations together. Point at a bar for its work.',
        }),
      },
      {
        heading: 'In their order',
        content: figure({
          svg: flameChart({ root: inOrder, format, label: 'The dispatches of a step in their order' }),
          caption: 'Every dispatch, in the color of its operation above.',
        }),
      },
      {
        heading: 'Kernels',
        content: table({
          label: 'Kernels of the same operations, the most time first',
          note: 'Of peak: the least time by the measured peaks of the adapter, divided by the time.',
          columns: [
            { title: 'Kernel' },
            ...['ms', 'share', 'GFLOP', 'MB', 'of peak', 'dispatches'].map((title) => ({
              title,
              numeric: true,
            })),
          ],
          rows: kernelRows(profile).map((row) => [
            ...[row.label, row.milliseconds.toFixed(3), percent(row.milliseconds / total)],
            ...[(row.flops / 1e9).toFixed(3), (row.bytes / 1e6).toFixed(2)],
            ...[percent(row.least / row.milliseconds), row.count],
          ]),
        }),
      },
      {
        heading: 'What was measured',
        content: facts({
          ...{ adapter, precision, batch: batchText(batch), clock },
          'peak of f32': `${peaks.f32.toFixed(0)} GFLOP/s`,
          ...(peaks.f16 !== undefined && { 'peak of f16': `${peaks.f16.toFixed(0)} GFLOP/s` }),
          'peak of memory': `${peaks.bandwidth.toFixed(1)} GB/s`,
          'on the device': `${(memory / 1e6).toFixed(0)} MB`,
          ...choices,
        }),
      },
    ],
    footer: `ScaLearn ${version}`,
    isWide: true,
  });
}

const firstOperation = ({ label }: { readonly label: string }): string => label.split(' ')[0] ?? label;

/** Returns the operations with their kernels, the most time first. */
function operationNodes(profile: Profile): FlameNode[] {
  const groups = new Map<string, KernelRow[]>();
  for (const row of kernelRows(profile)) {
    const name = firstOperation(row);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups]
    .map(([name, rows]) => ({ name, rows, value: rows.reduce((sum, row) => sum + row.milliseconds, 0) }))
    .sort((a, b) => b.value - a.value)
    .map(({ name, rows, value }, color) => ({ name, value, color, parts: rows.map((row) => nodeOf(row)) }));
}

/** Returns the bar of kernels, with their work. */
function nodeOf({ label, milliseconds, flops, bytes, least, count }: KernelRow, color?: number): FlameNode {
  const work = `${(flops / 1e9).toFixed(3)} GFLOP, ${(bytes / 1e6).toFixed(2)} MB, ${percent(least / milliseconds)} of peak`;
  return {
    ...{ name: label, value: milliseconds },
    details: count === 1 ? work : `${count} dispatches, ${work}`,
    ...(color !== undefined && { color }),
  };
}
