import { dirname, join, relative, sep } from 'node:path';
import * as v from 'valibot';
import type { OptionValue } from '../experiment/experiment.ts';
import { readOwnJson } from '../folders/own-json.ts';
import type { Plan, PlannedRun } from '../plan/plan.ts';
import { version } from '../version.ts';
import type { Outcome } from './schedule.ts';

export const indexFileName = 'experiment.json';
const formatVersion = 1;

/** Content of `experiment.json`: the runs of an experiment and the state of each. */
export interface ExperimentIndex {
  /** Version of the file's format. */
  readonly formatVersion: typeof formatVersion;
  /** Version of this package. */
  readonly version: string;
  /** Name of the experiment: that of its file, without its extension. */
  readonly name: string;
  /** Title of reports. */
  readonly title: string;
  /** Entries that reports compare every other one with; absent if there are none. */
  readonly references?: readonly string[];
  /** The models, those that are reported first. */
  readonly runs: readonly IndexedRun[];
}

/** One model. Two models may have the same folder. */
export interface IndexedRun {
  /** Id of the model. */
  readonly id: string;
  /** Path relative to the file, with `/` between its parts. */
  readonly folder: string;
  /** Name of its entry in the experiment. */
  readonly entry: string;
  /** Name of the entry in reports. */
  readonly label: string;
  /** The encoder as the experiment names it. */
  readonly encoder: string;
  /** Id of the task; of a joint method, the ids of its tasks. */
  readonly task: string;
  /** Ids of the tasks of a joint method; absent for one task. */
  readonly tasks?: readonly string[];
  /** Id of the method. */
  readonly method: string;
  /** Seed of the run. */
  readonly seed: number;
  /** Values of the options that the entry varies. */
  readonly axes: Readonly<Record<string, OptionValue>>;
  /** Ids of the runs that it is trained from. */
  readonly sources: readonly string[];
  /** Whether the run is reported, or only serves as a source of others. */
  readonly purpose: 'report' | 'source';
  /** Whether the model is there; `missing` until it was tried. */
  readonly state: 'done' | 'failed' | 'missing';
  /** Why it failed; absent unless it did. */
  readonly error?: string;
}

/** Returns the text of `experiment.json`. @param path absolute path of the file */
export function encodeIndex(
  { experiment: { name, title, references }, reported, runs }: Plan,
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
  const index: ExperimentIndex = {
    ...{ formatVersion, version, name, title },
    ...(references.length > 0 ? { references } : {}),
    runs: [
      ...reported.map((run) => indexed(run, 'report')),
      ...runs.filter(({ id }) => !isReported.has(id)).map((run) => indexed(run, 'source')),
    ],
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}

const text = v.string('a text');
const someTexts = v.array(text, 'a list of texts');
const axis = v.union(
  [v.string(), v.pipe(v.number(), v.finite()), v.array(v.pipe(v.number(), v.finite()))],
  'a text, a number or a list of numbers',
);

const indexedRun: v.GenericSchema<unknown, IndexedRun> = v.looseObject(
  {
    ...{ id: text, folder: text, entry: text, label: text, encoder: text, task: text },
    tasks: v.exactOptional(someTexts),
    method: text,
    seed: v.pipe(v.number('a whole number'), v.safeInteger('a whole number')),
    axes: v.record(v.string(), axis, 'an object'),
    sources: someTexts,
    purpose: v.picklist(['report', 'source'], '"report" or "source"'),
    state: v.picklist(['done', 'failed', 'missing'], '"done", "failed" or "missing"'),
    error: v.exactOptional(text),
  },
  'an object',
);

const indexSchema: v.GenericSchema<unknown, ExperimentIndex> = v.looseObject(
  {
    formatVersion: v.literal(1, '1'),
    ...{ version: text, name: text, title: text },
    references: v.exactOptional(someTexts),
    runs: v.array(indexedRun, 'a list'),
  },
  'an object',
);

/**
 * Reads an experiment's `experiment.json`.
 * @returns undefined if there is none
 * @throws FolderError if the file is damaged or of another version
 */
export function readExperimentIndex(folder: string): Promise<ExperimentIndex | undefined> {
  const path = join(folder, indexFileName);
  return readOwnJson(path, indexSchema, 1, 'run the experiment again to write it anew');
}
