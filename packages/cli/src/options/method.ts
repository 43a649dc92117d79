import { UsageError } from '../errors.ts';
import type { MethodEntry } from '../methods/entry.ts';
import { parseOption } from '../methods/method-option.ts';
import { methodEntry, methods } from '../methods/registry.ts';
import type { TrainArguments } from './train-options.ts';

/** A method that was chosen, with the options that were given for it. */
export interface ChosenMethod {
  readonly entry: MethodEntry;
  /** By the names the library has them under. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Flags that are options of methods, by what they are called among the arguments. */
const flags: Readonly<Record<string, { readonly flag: string; readonly option: string }>> = {
  reductionFactor: { flag: '--reduction-factor', option: 'reductionFactor' },
  omegaInitScale: { flag: '--omega-init-scale', option: 'initScale' },
  omegaDropout: { flag: '--omega-dropout', option: 'dropout' },
  omegaNormalisation: { flag: '--omega-normalisation', option: 'normalisation' },
  omegaRegularisation: { flag: '--omega-regularisation', option: 'regularisation' },
};

/**
 * The method that is asked for: without `--method` `bottleneck`, or `scalearn` with sources.
 *
 * @throws UsageError for options that do not go together
 */
export function chooseMethod(given: TrainArguments): ChosenMethod {
  const { sources, sourceControl, tasks, method } = given;
  if (tasks && method === undefined)
    throw new UsageError('--tasks is for joint methods; name one with --method (see scalearn methods)');
  const entry = methodEntry(method ?? (sources ? 'scalearn' : 'bottleneck'));
  checkSources(entry, sources);
  if (sourceControl !== undefined && !sources)
    throw new UsageError(`--source-control replaces --sources, and ${entry.id} takes none; leave it out`);
  const options = { ...flagOptions(entry, given), ...setOptions(entry, given.set ?? []) };
  for (const [name, { required, text }] of Object.entries(entry.options))
    if (required && !Object.hasOwn(options, name))
      throw new UsageError(`--method ${entry.id} needs --set ${name}=…: ${text}`);
  return { entry, options };
}

function checkSources({ id, sources: least, mostSources }: MethodEntry, given: readonly string[] = []): void {
  if (least === 0 && given.length > 0)
    throw new UsageError(
      `--sources is for two-stage methods such as scalearn; leave it out, or choose another --method than ${id}`,
    );
  if (least > 0 && given.length === 0)
    throw new UsageError(`--method ${id} needs --sources: the folders of trained adapters`);
  if (given.length < least)
    throw new UsageError(`--method ${id} needs at least ${least} sources, not ${given.length}`);
  if (mostSources !== undefined && given.length > mostSources)
    throw new UsageError(`--method ${id} takes at most ${mostSources} sources, not ${given.length}`);
}

function flagOptions(entry: MethodEntry, given: TrainArguments): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [argument, { flag, option }] of Object.entries(flags)) {
    const value = given[argument as keyof TrainArguments];
    if (value === undefined) continue;
    if (entry.options[option]?.flag !== flag)
      throw new UsageError(`${flag} is for ${users(flag)}, not for ${entry.id}; leave it out`);
    options[option] = value;
  }
  return options;
}

/** The methods that a flag is for. */
function users(flag: string): string {
  const ids = methods
    .filter(({ options }) => Object.values(options).some((option) => option.flag === flag))
    .map(({ id }) => id);
  return ids.join(', ');
}

function setOptions(entry: MethodEntry, set: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const each of set) {
    const [, name = '', text] = /^([^=]*)=(.*)$/.exec(each) ?? [];
    if (text === undefined) throw new UsageError(`--set takes NAME=VALUE, not '${each}'`);
    const option = Object.hasOwn(entry.options, name) ? entry.options[name] : undefined;
    if (!option) throw new UsageError(`${entry.id} has no option '${name}'${known(entry)}`);
    if (option.flag) throw new UsageError(`${name} of ${entry.id} is given by ${option.flag}`);
    if (Object.hasOwn(options, name)) throw new UsageError(`--set gives ${name} twice`);
    options[name] = parseOption(name, text, option);
  }
  return options;
}

function known({ options }: MethodEntry): string {
  const names = Object.keys(options);
  return names.length === 0 ? '; it has none' : `; it has ${names.join(', ')}`;
}
