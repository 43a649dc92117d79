import type { OptionDefinition } from '@scalearn/core/methods';
import { UsageError } from '../errors.ts';
import type { MethodEntry } from '../methods/entry.ts';
import type { MethodRegistry } from '../methods/registry.ts';
import { methodFlags } from './method-flags.ts';
import { optionValue, whatTextTakes } from './option-values.ts';
import type { TrainArguments } from './train-table.ts';

/** A selected method with its options. */
export interface ChosenMethod {
  readonly entry: MethodEntry;
  /** Options by their names in the library. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Returns the requested method. Without `--method` it is `bottleneck`, or `scalearn` with sources.
 *
 * @throws UsageError for options that exclude each other
 */
export function chooseMethod(given: TrainArguments, methods: MethodRegistry): ChosenMethod {
  const { sources, sourceControl, tasks, method } = given;
  if (tasks && method === undefined)
    throw new UsageError('--tasks is for joint methods; name one with --method (see scalearn methods)');
  const entry = methods.find(method ?? (sources ? 'scalearn' : 'bottleneck'));
  checkSources(entry, sources);
  if (sourceControl !== undefined && !sources)
    throw new UsageError(`--source-control replaces --sources, and ${entry.id} takes none; leave it out`);
  const options = { ...flagOptions(entry, given, methods), ...setOptions(entry, given.set ?? []) };
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

function flagOptions(
  entry: MethodEntry,
  given: TrainArguments,
  methods: MethodRegistry,
): Record<string, unknown> {
  const values: Readonly<Record<string, unknown>> = { ...given };
  const options: Record<string, unknown> = {};
  for (const { flag, attribute, users } of methodFlags(methods)) {
    const text = values[attribute];
    if (typeof text !== 'string') continue;
    const own = users.find(({ method }) => method === entry.id);
    if (!own)
      throw new UsageError(
        `${flag} is for ${users.map(({ method }) => method).join(', ')}, not for ${entry.id}; leave it out`,
      );
    options[own.name] = parsedOption(flag, text, own.option);
  }
  return options;
}

function parsedOption(name: string, text: string, option: OptionDefinition): unknown {
  const value = optionValue(text, option);
  if (value === undefined) throw new UsageError(`${name} is ${whatTextTakes(option)}, not '${text}'`);
  return value;
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
    options[name] = parsedOption(name, text, option);
  }
  return options;
}

function known({ options }: MethodEntry): string {
  const names = Object.keys(options);
  return names.length === 0 ? '; it has none' : `; it has ${names.join(', ')}`;
}
