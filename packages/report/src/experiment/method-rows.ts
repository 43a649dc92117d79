import { confidenceInterval, mean, standardDeviation } from '@scalearn/evaluation';
import type { AxisValue, ReportData, ReportRun, ReportTask, TaskScores } from './data.ts';
import { groupBy } from './group-by.ts';

/** Runs that differ by task and seed only: what tables have a row for. */
export interface MethodRow extends Pick<ReportRun, 'entry' | 'method' | 'kind' | 'encoder' | 'axes'> {
  /** In print, with what varies. */
  readonly label: string;
  readonly runs: readonly ReportRun[];
}

/** A run's score on one of its tasks. */
export interface SeedScore {
  readonly seed: number;
  readonly run: ReportRun;
  /** Of the task's metric, a fraction; NaN where undefined. */
  readonly value: number;
  readonly predictions: TaskScores['predictions'];
}

/** Runs by encoder, entry and what varies, in their order. */
export function methodRows(runs: readonly ReportRun[]): MethodRow[] {
  const rows = groupBy(runs, ({ encoder, entry, axes }) => JSON.stringify([encoder, entry, axes]));
  return [...rows.values()].map((group): MethodRow => {
    const [first] = group as [ReportRun];
    const { entry, method, kind, encoder, axes } = first;
    const label = [first.label, ...axisTexts(axes)].join(', ');
    return { entry, method, kind, encoder, axes, label, runs: group };
  });
}

/** `limit 16`, `omega 0.3`. */
function axisTexts(axes: ReportRun['axes']): string[] {
  return Object.entries(axes).map(([name, value]) => `${axisName(name)} ${axisText(value)}`);
}

const axisText = (value: AxisValue): string =>
  typeof value === 'object' ? value.join(' and ') : String(value);

/** `learningRate` in words. */
export const axisName = (name: string): string =>
  name === 'limit' ? 'rows' : name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What a row's runs scored on a task, by seed. */
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

/** By seed, the mean over tasks, of the seeds that have all of them. */
export function averages(row: MethodRow, tasks: readonly ReportTask[]): Map<number, number> {
  const byTask = tasks.map((task) => new Map(seedScores(row, task).map(({ seed, value }) => [seed, value])));
  const seeds = [...(byTask[0]?.keys() ?? [])].filter((seed) => byTask.every((scores) => scores.has(seed)));
  return new Map(seeds.map((seed) => [seed, mean(byTask.map((scores) => scores.get(seed) as number))]));
}

/** How scores over seeds are shown. */
export interface Summary {
  readonly mean: number;
  readonly deviation: number | undefined;
  readonly count: number;
  /** Of the mean, 95 %, by Student's t. */
  readonly interval: readonly [number, number] | undefined;
}

/** Undefined for no scores. */
export function summarize(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  return {
    mean: mean(values),
    deviation: standardDeviation(values),
    count: values.length,
    interval: confidenceInterval(values),
  };
}

/** Runs that tables show; without them those that only others are made from. */
export const reported = ({ runs }: ReportData): ReportRun[] =>
  runs.filter(({ purpose }) => purpose === 'report');
