import type { Profile } from './measure-step.ts';

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
