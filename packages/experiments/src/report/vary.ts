import { isDeepStrictEqual } from 'node:util';
import type { AxisValue, ReportRun } from '@scalearn/report';
import { UsageError } from '../errors.ts';
import type { CollectedRun } from './read-run.ts';

/** Settings in which runs of one row may differ: tasks, seeds, and what depends on the task. */
const free = new Set(['task', 'tasks', 'seed', 'method', 'own', 'maxLength', 'methodSettings', 'layers']);

/**
 * Finds the settings in which runs of a method for one task differ, for runs that are given by their folders. These
 * settings become axes, so that different runs do not count as repetitions.
 *
 * @throws UsageError if two runs differ in nothing, not even in their seed
 */
export function varySettings(runs: readonly CollectedRun[]): CollectedRun[] {
  const keyOf = ({ run }: CollectedRun): string =>
    JSON.stringify([run.encoder, run.entry, run.axes, run.scores.map(({ task }) => task)]);
  const varied = runs.map((collected) => {
    const same = runs.filter((other) => keyOf(other) === keyOf(collected));
    return {
      ...collected,
      run: withAxes(
        collected.run,
        same.map(({ run }) => run),
      ),
    };
  });
  const seen = new Map<string, CollectedRun>();
  for (const collected of varied) {
    const key = `${keyOf(collected)} ${collected.run.seed}`;
    const twin = seen.get(key);
    if (twin)
      throw new UsageError(
        `${twin.folder} and ${collected.folder} are runs of the same method, task and seed; give one of them`,
      );
    seen.set(key, collected);
  }
  return varied;
}

function withAxes(run: ReportRun, same: readonly ReportRun[]): ReportRun {
  const settings = comparable(run);
  const axes = Object.entries(settings).flatMap(([name, value]): [string, AxisValue][] => {
    const differs = same.some((other) => !isDeepStrictEqual(comparable(other)[name], value));
    return differs ? [[name, axisValue(value)]] : [];
  });
  return axes.length === 0 ? run : { ...run, axes: { ...run.axes, ...Object.fromEntries(axes) } };
}

function comparable({ settings, sources }: ReportRun): Record<string, unknown> {
  const { methodSettings } = settings;
  const own = typeof methodSettings === 'object' ? methodSettings : {};
  const training = Object.entries(settings).filter(([name]) => !free.has(name));
  return {
    ...Object.fromEntries(training),
    ...own,
    sources: sources.map(({ name }) => name).join(' + '),
  };
}

const axisValue = (value: unknown): AxisValue =>
  typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value ?? 'none');
