import { UsageError } from '../errors.ts';
import type { Entry, Experiment, Options, OptionValue, SourceRule } from '../experiment/experiment.ts';

/** One model of an experiment, with everything that determines it. */
export interface Cell {
  /** The entry that it belongs to. */
  readonly entry: Entry;
  /** The encoder as the experiment names it. */
  readonly encoder: string;
  /** Ids of its tasks: one, or several for a joint method. */
  readonly tasks: readonly string[];
  /** Seed of the run. */
  readonly seed: number;
  /** Values of the options that the entry varies. */
  readonly axes: Options;
  /** All options, including those that vary. */
  readonly options: Options;
  /** The models that it is trained from; the target's own comes last. */
  readonly sources: readonly Cell[];
}

/** Largest number of models of an experiment, with sources counted at each use. More would take years. */
const MOST_MODELS = 100_000;

function checkCount(count: number, { id }: Entry): void {
  if (count <= MOST_MODELS) return;
  const what = `${id} and the models it is trained from are more than ${MOST_MODELS} models`;
  throw new UsageError(`${what}; leave out seeds, tasks or values that vary`);
}

/**
 * Returns every model that the experiment reports, in the order of the file. Each holds the models that it is trained
 * from.
 *
 * @throws UsageError if it is not clear which of an entry's models a source is, and if there are too many models
 */
export function expand(experiment: Experiment): Cell[] {
  const entries = new Map(experiment.entries.map((entry) => [entry.id, entry]));
  let count = 0;
  const cellOf = (
    entry: Entry,
    { encoder, tasks, seed }: Pick<Cell, 'encoder' | 'tasks' | 'seed'>,
    given: Options,
  ): Cell => {
    checkCount(++count, entry);
    const options = tasks.length === 1 ? optionsOf(entry, tasks[0] as string) : entry.options;
    const axes = Object.fromEntries(
      Object.keys(entry.vary).map((name): [string, OptionValue] => {
        const value = given[name];
        if (value === undefined)
          throw new UsageError(
            `${entry.id} varies ${name}, so its models can be sources only of entries that vary it too (as 'own')`,
          );
        return [name, value];
      }),
    );
    return {
      ...{ entry, encoder, tasks, seed, axes },
      options: { ...options, ...axes },
      sources: sourceCells(entry, { encoder, tasks, seed }, given),
    };
  };
  const sourceCells = (
    { sources: rule }: Entry,
    { encoder, tasks, seed: ownSeed }: Pick<Cell, 'encoder' | 'tasks' | 'seed'>,
    axes: Options,
  ): Cell[] => {
    if (!rule) return [];
    const { seed: given = ownSeed } = rule;
    return sourcePlaces(rule, tasks[0] as string).map(({ id, task, isOwn }) => {
      const seed = typeof given === 'number' ? given : (given[task] ?? 0);
      return cellOf(entries.get(id) as Entry, { encoder, tasks: [task], seed }, isOwn ? axes : {});
    });
  };
  const cells: Cell[] = [];
  for (const encoder of experiment.encoders)
    for (const entry of experiment.entries.filter(({ isReported }) => isReported))
      for (const tasks of targetsOf(entry))
        for (const seed of tasks.length === 1 ? seedsOf(entry, tasks[0] as string) : entry.seeds)
          for (const axes of combinations(entry, tasks))
            cells.push(cellOf(entry, { encoder, tasks, seed }, axes));
  return cells;
}

/** Returns the tasks of each of an entry's models. */
function targetsOf({ method, tasks }: Entry): readonly (readonly string[])[] {
  if (tasks.length === 0) return [];
  return method.kind === 'joint' ? [tasks] : tasks.map((task) => [task]);
}

const optionsOf = (entry: Entry, task: string): Options => entry.perTask[task]?.options ?? entry.options;
const seedsOf = (entry: Entry, task: string): readonly number[] => entry.perTask[task]?.seeds ?? entry.seeds;

/** Returns the entry and the task of every source; the target's own comes last. */
function sourcePlaces(
  { from, tasks, own, addsOwn }: SourceRule,
  target: string,
): readonly { readonly id: string; readonly task: string; readonly isOwn: boolean }[] {
  const others = tasks.filter((task) => task !== target).map((task) => ({ id: from, task, isOwn: false }));
  const hasOwn = own !== undefined && (addsOwn || tasks.includes(target));
  return hasOwn ? [...others, { id: own, task: target, isOwn: true }] : others;
}

/** Returns every combination of the values that an entry varies; one empty combination if it varies none. */
function combinations(entry: Entry, [target]: readonly string[]): Options[] {
  const { vary, sources } = entry;
  const count = sources ? sourcePlaces(sources, target as string).length : 0;
  let found: Options[] = [{}];
  for (const [name, values] of Object.entries(vary)) {
    checkCount(found.length * ('grid' in values ? values.grid.length ** count : values.length), entry);
    const each: readonly OptionValue[] = 'grid' in values ? grid(values.grid, count) : values;
    found = found.flatMap((options) => each.map((value) => ({ ...options, [name]: value })));
  }
  return found;
}

/** Returns every list of `length` elements of the numbers. */
function grid(numbers: readonly number[], length: number): number[][] {
  let found: number[][] = [[]];
  for (let i = 0; i < length; i++) found = found.flatMap((list) => numbers.map((each) => [...list, each]));
  return found;
}
