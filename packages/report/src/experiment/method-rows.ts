import { confidenceInterval, mean, standardDeviation } from '@scalearn/evaluation';
import type { AxisValue, ReportData, ReportRun, ReportTask, TaskScores } from './data.ts';
import { groupBy } from './group-by.ts';

/** Runs that differ by task and seed only. Tables have a row for them. */
export interface MethodRow extends Pick<ReportRun, 'entry' | 'method' | 'kind' | 'encoder' | 'axes'> {
  /** Displayed name, with the settings that vary. */
  readonly label: string;
  readonly runs: readonly ReportRun[];
}

/** A run's score on one of its tasks. */
export interface SeedScore {
  readonly seed: number;
  readonly run: ReportRun;
  /** The task's metric as a fraction; NaN if undefined. */
  readonly value: number;
  readonly predictions: TaskScores['predictions'];
}

/** Groups runs by encoder, entry and varying settings, in their order. */
export function methodRows(runs: readonly ReportRun[]): MethodRow[] {
  const rows = groupBy(runs, ({ encoder, entry, axes }) => JSON.stringify([encoder, entry, axes]));
  return [...rows.values()].map((group): MethodRow => {
    const [first] = group as [ReportRun];
    const { entry, method, kind, encoder, axes } = first;
    const label = [first.label, ...axisTexts(axes)].join(', ');
    return { entry, method, kind, encoder, axes, label, runs: group };
  });
}

/** Formats settings: `limit 16`, `omega 0.3`. */
function axisTexts(axes: ReportRun['axes']): string[] {
  return Object.entries(axes).map(([name, value]) => `${axisName(name)} ${axisText(value)}`);
}

const axisText = (value: AxisValue): string =>
  typeof value === 'object' ? value.join(' and ') : String(value);

/** Converts a name such as `learningRate` to words. */
export const axisName = (name: string): string =>
  name === 'limit' ? 'rows' : name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Returns the scores of a row's runs on a task, by seed. */
export function seedScores({ runs }: MethodRow, { id, metric }: ReportTask): SeedScore[] {
  return runs
    .flatMap((run) =>
      run.scores
        .filter(({ task }) => task === id)
        .map(({ metrics, predictions }): SeedScore => {
          return { seed: run.seed, run, value: metrics[metric] ?? Number.NaN, predictions };
        }),
    )
    .sort((a, b) => a.seed - b.seed);
}

/** Returns the mean over tasks for each seed that has all of them. */
export function averages(row: MethodRow, tasks: readonly ReportTask[]): Map<number, number> {
  const byTask = tasks.map((task) => new Map(seedScores(row, task).map(({ seed, value }) => [seed, value])));
  const seeds = [...(byTask[0]?.keys() ?? [])].filter((seed) => byTask.every((scores) => scores.has(seed)));
  return new Map(seeds.map((seed) => [seed, mean(byTask.map((scores) => scores.get(seed) as number))]));
}

/** Statistics of scores over seeds. */
export interface Summary {
  readonly mean: number;
  readonly deviation: number | undefined;
  readonly count: number;
  /** 95% confidence interval of the mean, by Student's t. */
  readonly interval: readonly [number, number] | undefined;
}

/** Computes the statistics of scores; returns undefined if there are none. */
export function summarize(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  return {
    mean: mean(values),
    deviation: standardDeviation(values),
    count: values.length,
    interval: confidenceInterval(values),
  };
}

/** Returns the runs that tables show, without those that only serve as sources. */
export const reported = ({ runs }: ReportData): ReportRun[] =>
  runs.filter(({ purpose }) => purpose === 'report');
