import { UsageError } from '../errors.ts';
import { jointMethods } from '../methods/joint.ts';
import type { Entry, Experiment, Options, OptionValue } from './experiment.ts';

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

/**
 * Every model that the experiment reports, in the order of the file. Models they are trained from hang on them.
 *
 * @throws UsageError for sources of which it is not said which of an entry's models they are
 */
export function expand(experiment: Experiment): Cell[] {
  const entries = new Map(experiment.entries.map((entry) => [entry.id, entry]));
  const cellOf = (
    entry: Entry,
    { encoder, tasks, seed }: Pick<Cell, 'encoder' | 'tasks' | 'seed'>,
    given: Options,
  ): Cell => {
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
    const [target] = tasks as [string];
    const seed = rule.seed ?? ownSeed;
    const others = rule.tasks.filter((task) => task !== target);
    const cells = others.map((task) =>
      cellOf(entries.get(rule.from) as Entry, { encoder, tasks: [task], seed }, {}),
    );
    const hasOwn = rule.own !== undefined && (rule.tasks.includes(target) || rule.own !== rule.from);
    if (hasOwn)
      cells.push(cellOf(entries.get(rule.own as string) as Entry, { encoder, tasks: [target], seed }, axes));
    return cells;
  };
  const cells: Cell[] = [];
  for (const encoder of experiment.encoders)
    for (const entry of experiment.entries.filter(({ isReported }) => isReported))
      for (const tasks of targetsOf(entry))
        for (const seed of tasks.length === 1 ? seedsOf(entry, tasks[0] as string) : entry.seeds)
          for (const axes of combinations(entry, sourceCount(entry, tasks)))
            cells.push(cellOf(entry, { encoder, tasks, seed }, axes));
  return cells;
}

/** The tasks of each of an entry's models. */
function targetsOf({ method, tasks }: Entry): readonly (readonly string[])[] {
  if (tasks.length === 0) return [];
  return jointMethods.includes(method) ? [tasks] : tasks.map((task) => [task]);
}

const optionsOf = (entry: Entry, task: string): Options => entry.perTask[task]?.options ?? entry.options;
const seedsOf = (entry: Entry, task: string): readonly number[] => entry.perTask[task]?.seeds ?? entry.seeds;

function sourceCount({ sources: rule }: Entry, [target]: readonly string[]): number {
  if (!rule) return 0;
  const others = rule.tasks.filter((task) => task !== target).length;
  const hasOwn = rule.own !== undefined && (others < rule.tasks.length || rule.own !== rule.from);
  return others + (hasOwn ? 1 : 0);
}

/** Every combination of the values of the options that an entry varies; one empty where it varies none. */
function combinations({ vary }: Entry, sources: number): Options[] {
  let found: Options[] = [{}];
  for (const [name, values] of Object.entries(vary)) {
    const each: readonly OptionValue[] = 'grid' in values ? grid(values.grid, sources) : values;
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
