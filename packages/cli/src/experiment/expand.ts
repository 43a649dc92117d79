import { UsageError } from '../errors.ts';
import type { Entry, Experiment, Options, OptionValue, SourceRule } from './experiment.ts';

/** One model of an experiment: a method, with all that decides it. */
export interface Cell {
  readonly entry: Entry;
  readonly encoder: string;
  /** One, but for a joint method. */
  readonly tasks: readonly string[];
  readonly seed: number;
  /** The values of the options that the entry varies. */
  readonly axes: Options;
  /** Those included. */
  readonly options: Options;
  /** What it is trained from; the target's own comes last. */
  readonly sources: readonly Cell[];
}

/** Models of an experiment, those they are trained from counted each time: it would take years. */
const MOST_MODELS = 100_000;

function checkCount(count: number, { id }: Entry): void {
  if (count <= MOST_MODELS) return;
  const what = `${id} and what it is trained from stand for more than ${MOST_MODELS} models`;
  throw new UsageError(`${what}; leave out seeds, tasks or values that vary`);
}

/**
 * Every model that the experiment reports, in the order of the file. Models they are trained from hang on them.
 *
 * @throws UsageError for sources of which it is not said which of an entry's models they are, and for far too many
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

/** The tasks of each of an entry's models. */
function targetsOf({ method, tasks }: Entry): readonly (readonly string[])[] {
  if (tasks.length === 0) return [];
  return method.kind === 'joint' ? [tasks] : tasks.map((task) => [task]);
}

const optionsOf = (entry: Entry, task: string): Options => entry.perTask[task]?.options ?? entry.options;
const seedsOf = (entry: Entry, task: string): readonly number[] => entry.perTask[task]?.seeds ?? entry.seeds;

/** The entry and task of every source, the target's own last. */
function sourcePlaces(
  { from, tasks, own, addsOwn }: SourceRule,
  target: string,
): readonly { readonly id: string; readonly task: string; readonly isOwn: boolean }[] {
  const others = tasks.filter((task) => task !== target).map((task) => ({ id: from, task, isOwn: false }));
  const hasOwn = own !== undefined && (addsOwn || tasks.includes(target));
  return hasOwn ? [...others, { id: own, task: target, isOwn: true }] : others;
}

/** Every combination of the values of the options that an entry varies; one empty where it varies none. */
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

/** Every list of `length` of the numbers. */
function grid(numbers: readonly number[], length: number): number[][] {
  let found: number[][] = [[]];
  for (let i = 0; i < length; i++) found = found.flatMap((list) => numbers.map((each) => [...list, each]));
  return found;
}
