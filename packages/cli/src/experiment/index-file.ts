import { dirname, relative, sep } from 'node:path';
import { version } from '../version.ts';
import type { OptionValue } from './experiment.ts';
import type { Plan, PlannedRun } from './plan.ts';
import type { Outcome } from './schedule.ts';

export const indexFileName = 'experiment.json';
const formatVersion = 1;

/** Content of `experiment.json`: the runs of an experiment and the state of each. */
export interface IndexFile {
  readonly formatVersion: typeof formatVersion;
  /** Version of this package. */
  readonly version: string;
  readonly name: string;
  readonly title: string;
  readonly runs: readonly IndexedRun[];
}

/** One model. Two models may have the same folder. */
export interface IndexedRun {
  readonly id: string;
  /** Path relative to the file, with `/` between its parts. */
  readonly folder: string;
  /** Name of its entry in the experiment. */
  readonly entry: string;
  readonly label: string;
  readonly encoder: string;
  readonly task: string;
  /** Ids of the tasks of a joint method. */
  readonly tasks?: readonly string[];
  readonly method: string;
  readonly seed: number;
  /** Values of the options that the entry varies. */
  readonly axes: Readonly<Record<string, OptionValue>>;
  /** Ids of the runs that it is trained from. */
  readonly sources: readonly string[];
  /** Whether the run is reported, or only serves as a source of others. */
  readonly purpose: 'report' | 'source';
  readonly state: 'done' | 'failed' | 'missing';
  readonly error?: string;
}

/** Returns the text of `experiment.json`. @param path absolute path of the file */
export function encodeIndex(
  { experiment: { name, title }, reported, runs }: Plan,
  outcomes: ReadonlyMap<string, Outcome<unknown>>,
  path: string,
): string {
  const isReported = new Set(reported.map(({ id }) => id));
  const indexed = (run: PlannedRun, purpose: IndexedRun['purpose']): IndexedRun => {
    const { entry, encoder, tasks, seed, axes } = run.cell;
    const outcome = outcomes.get(run.id) ?? { state: 'missing' };
    return {
      id: run.id,
      folder: relative(dirname(path), run.folder).split(sep).join('/'),
      ...{ entry: entry.id, label: entry.label, encoder, task: tasks.join(', ') },
      ...(tasks.length > 1 ? { tasks } : {}),
      ...{ method: entry.method.id, seed, axes, sources: run.sources.map(({ id }) => id), purpose },
      state: outcome.state,
      ...(outcome.state === 'failed' ? { error: outcome.error } : {}),
    };
  };
  const index: IndexFile = {
    ...{ formatVersion, version, name, title },
    runs: [
      ...reported.map((run) => indexed(run, 'report')),
      ...runs.filter(({ id }) => !isReported.has(id)).map((run) => indexed(run, 'source')),
    ],
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}
