import { resolve } from 'node:path';
import type { ChosenMethod } from '../methods/registry.ts';
import { encoderSource } from '../mini-assets.ts';
import { trainArguments } from '../options/train-arguments.ts';
import type { TrainArguments } from '../options/train-table.ts';
import type { FoundTask } from '../tasks/find-task.ts';

/** What was chosen for a run. */
interface Selected {
  readonly given: TrainArguments;
  readonly chosen: ChosenMethod;
  readonly found: readonly FoundTask[];
  /** Absolute path of the encoder; undefined if it is not a local folder. */
  readonly encoderPath: string | undefined;
}

/**
 * Returns the arguments that repeat a run from any folder: without the output folder, and without switches, which do not
 * change what is trained. A run stores them, so that `--resume` needs no other.
 */
export function repeatedArguments({ given, chosen, found, encoderPath }: Selected): string[] {
  const [task, ...others] = found.map(({ own, path, info }) => (own && path !== null ? path : info.id));
  const values = {
    ...given,
    encoder: given.encoder === encoderSource('mini') ? 'mini' : (encoderPath ?? given.encoder),
    ...(given.tasks ? { tasks: [task, ...others] } : { task }),
    data: given.data && resolve(given.data),
    sources: given.sources?.map((path) => resolve(path)),
    out: undefined,
  };
  return trainArguments(values, chosen);
}

export const encodeArguments = (args: readonly string[]): string => JSON.stringify({ arguments: args });
