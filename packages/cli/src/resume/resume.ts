import { resolve } from 'node:path';
import { type RunFile, readRunFile, type Setup, UsageError } from '@scalearn/experiments';
import {
  checkpointNote,
  checkSameSettings,
  flagOf,
  OutFolder,
  optionNamed,
  type TrainArguments,
  trainOptions,
} from '@scalearn/experiments/runs';
import { type GivenArguments, withStored } from './stored-arguments.ts';

/** Returns whether the arguments name all that training needs. */
function isComplete(given: GivenArguments): given is TrainArguments {
  return given.encoder !== undefined && (given.task ?? given.tasks) !== undefined;
}

/** What `--resume` found in the output folder. */
type Resumed = { readonly arguments: TrainArguments } | { readonly finished: RunFile };

/**
 * Completes the arguments of `train --resume` with those that the run in the output folder stores.
 *
 * @param typed names of the arguments on the command line
 * @returns the run itself if it is finished, and the arguments alone do not say what to train
 * @throws UsageError if nothing says what to train, or if an option differs from that of the finished run
 */
export async function resume(
  given: GivenArguments,
  typed: ReadonlySet<string>,
  setup: Setup,
): Promise<Resumed> {
  const { out: name } = given;
  const complete = isComplete(given) ? { arguments: given } : undefined;
  if (complete && !given.resume) return complete;
  // Work that a killed process left is completed first. The folder is taken again for the training.
  await using out = await OutFolder.open(resolve(name));
  const needs = `give ${flagsText(['encoder', 'task'])}, and the other options of the run`;
  const state = await out.state();
  // Training begins, or the finished run is compared with all arguments.
  if (complete && state !== 'unfinished') return complete;
  switch (state) {
    case 'nothing':
      throw new UsageError(`there is no run to resume in ${name}; check --out, or, to begin one, ${needs}`);
    case 'other':
      throw new UsageError(`${name} holds no run of scalearn; check --out`);
    case 'unfinished': {
      const note = await checkpointNote(out.path);
      if (note === undefined && complete) return complete;
      if (note === undefined)
        throw new UsageError(
          `${name} holds an unfinished run that does not store its options; to continue it, ${needs}`,
        );
      return { arguments: await withStored(given, typed, note, setup) };
    }
    case 'finished': {
      const run = await readRunFile(out.path);
      if (!run) throw new UsageError(`there is no run to resume in ${name}; check --out`);
      checkFinished(run, given, typed, needs);
      return { finished: run };
    }
  }
}

const flagsText = (names: readonly ('encoder' | 'task')[]): string =>
  names.map((name) => flagOf(optionNamed(name))).join(' and ');

/**
 * Compares the options that were given with those of a finished run.
 *
 * @throws UsageError that names every option that differs, or that can only be compared if all are given
 */
function checkFinished(
  { settings }: RunFile,
  given: GivenArguments,
  typed: ReadonlySet<string>,
  needs: string,
): void {
  const decisive = Object.entries(given).filter(
    ([name]) => typed.has(name) && (trainOptions[name]?.decides ?? true) !== false,
  );
  const isStored = (name: string, value: unknown): boolean => {
    const { stored, decides = true } = trainOptions[name] ?? {};
    // Which metric is the primary one depends on the task.
    return stored !== undefined && decides === true && !(name === 'selectBy' && value === 'primary');
  };
  const [other] = decisive.find(([name, value]) => !isStored(name, value)) ?? [];
  if (other !== undefined)
    throw new UsageError(
      `${given.out} holds a finished run; to compare ${flagOf(trainOptions[other] ?? {}) || other} with it, ${needs}`,
    );
  // The words for an option's usual value are stored as no value.
  const values = decisive.map(([name, value]) => [name, usualWords[name] === value ? undefined : value]);
  checkSameSettings(settings, { ...settings, ...Object.fromEntries(values) }, given.out);
}

const usualWords: Readonly<Partial<Record<string, unknown>>> = { selectBy: 'loss', classWeights: 'none' };
