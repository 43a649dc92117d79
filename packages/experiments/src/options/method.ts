import type { OptionDefinition } from '@scalearn/core/methods';
import { UsageError } from '../errors.ts';
import type { ChosenMethod, MethodEntry } from '../methods/registry.ts';
import { whatTextTakes } from './option-values.ts';
import type { TrainArguments } from './train-table.ts';

/**
 * Returns a method with its options.
 *
 * @param given what replaces its sources
 * @param optionsOf returns the options by their names in the library, after the sources were checked
 * @throws UsageError for sources that it does not take, and if a required option is missing
 */
export function chosenMethod(
  entry: MethodEntry,
  { sources, sourceControl }: Pick<TrainArguments, 'sources' | 'sourceControl'>,
  optionsOf: () => ChosenMethod['options'],
): ChosenMethod {
  checkSources(entry, sources);
  if (sourceControl !== undefined && !sources)
    throw new UsageError(`--source-control replaces --sources, and ${entry.id} takes none; leave it out`);
  const options = optionsOf();
  for (const [name, { required, meaning, flag = `--set ${name}=…` }] of Object.entries(entry.options))
    if (required && !Object.hasOwn(options, name))
      throw new UsageError(`--method ${entry.id} needs ${flag}: ${meaning}`);
  return { entry, options };
}

function checkSources({ id, sources }: MethodEntry, given: readonly string[] = []): void {
  const { least, most } = sources ?? { least: 0 };
  if (least === 0 && given.length > 0)
    throw new UsageError(
      `--sources is for two-stage methods such as scalearn; leave it out, or choose another --method than ${id}`,
    );
  if (least > 0 && given.length === 0)
    throw new UsageError(`--method ${id} needs --sources: the folders of trained adapters`);
  if (given.length < least)
    throw new UsageError(`--method ${id} needs at least ${least} sources, not ${given.length}`);
  if (most !== undefined && given.length > most)
    throw new UsageError(`--method ${id} takes at most ${most} sources, not ${given.length}`);
}

/** Makes the error for a value that an option of a method does not accept. */
export function refusedOption(name: string, text: string, option: OptionDefinition): UsageError {
  return new UsageError(`${name} is ${whatTextTakes(option)}, not '${text}'`);
}
