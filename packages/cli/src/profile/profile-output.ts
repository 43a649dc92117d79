import { oneLine } from '../output/terminal.ts';
import { kernelRows, sumOf } from './kernel-rows.ts';
import type { Profile } from './measure-step.ts';
import { batchText } from './profiled-step.ts';
import { leastOfAll } from './roofline.ts';

/** Rows of the table; the rest is one row. */
const shownRows = 20;

/** Formats a profile as a table, the most time first. */
export function profileText(profile: Profile): string {
  const { adapter, clock, step, batch, precision, peaks, kernels, milliseconds, memory } = profile;
  const total = kernels.reduce((sum, kernel) => sum + kernel.milliseconds, 0);
  const rows = kernelRows(profile);
  const others = rows.slice(shownRows);
  const shown = [...rows.slice(0, shownRows), ...(others.length > 0 ? [sumOf('all others', others)] : [])];
  const table = [
    ['ms', 'share', 'GFLOP', 'MB', 'of peak', 'count', 'kernel'],
    ...shown.map((row) => [
      row.milliseconds.toFixed(3),
      percent(row.milliseconds / total),
      (row.flops / 1e9).toFixed(3),
      (row.bytes / 1e6).toFixed(2),
      percent(row.least / row.milliseconds),
      String(row.count),
      row.label,
    ]),
  ];
  const widths = [10, 6, 10, 10, 8, 6];
  const lines = table.map((cells) =>
    cells
      .map((cell, i) => (i < widths.length ? cell.padStart(widths[i] ?? 0) : ` ${oneLine(cell)}`))
      .join(' '),
  );
  const products = kernels.filter(({ label }) => /matmul|attention/i.test(label));
  const ofProducts = products.reduce((sum, kernel) => sum + kernel.milliseconds, 0);
  return [
    `${step} of ${batchText(batch)} in ${precision} on ${oneLine(adapter)}`,
    `peaks: f32 ${peaks.f32.toFixed(0)} GFLOP/s, memory ${peaks.bandwidth.toFixed(1)} GB/s; times by ${clock}`,
    '',
    ...lines,
    '',
    `${kernels.length} dispatches, ${total.toFixed(2)} ms; a whole step ${milliseconds.toFixed(2)} ms; at best ${leastOfAll(kernels, peaks).toFixed(2)} ms by the peaks`,
    `${percent(ofProducts / total)} of the time in matrix products and attention; ${(memory / 1e6).toFixed(0)} MB on the device`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Formats a share; that of nothing is 0. */
export const percent = (part: number): string => `${(Number.isFinite(part) ? 100 * part : 0).toFixed(1)}%`;

/**
 * Returns a profile as a trace that Chrome (`chrome://tracing`) and Perfetto show: one bar for each dispatch, one after
 * another.
 */
export function chromeTrace({ kernels, adapter, step }: Profile): string {
  let microseconds = 0;
  const bars = kernels.map(({ label, milliseconds, flops, bytes }) => {
    const bar = {
      ...{ name: label, ph: 'X', ts: microseconds, dur: milliseconds * 1e3, pid: 1, tid: 1 },
      args: { flops, bytes },
    };
    microseconds += milliseconds * 1e3;
    return bar;
  });
  const named = { name: 'process_name', ph: 'M', pid: 1, tid: 1, args: { name: `${step}, ${adapter}` } };
  return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: [named, ...bars] });
}
