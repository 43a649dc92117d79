import {
  type MethodDefinition,
  type MethodKind,
  type MethodOption,
  optionTakes,
  shown,
  whatOptionTakes,
} from '@scalearn/core';
import { Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../errors.ts';
import { MethodRegistry, ownMethods } from '../methods/registry.ts';
import { addTrainOptions } from '../options/train-options.ts';
import { optionsIn } from '../options/train-table.ts';
import type { TrainDefaults } from './define.ts';
import { plainSetup, type Setup } from './setup.ts';

/**
 * Checks what a configuration file exports.
 *
 * @param file for messages
 * @throws UsageError that names the file and the place in it
 */
export function checkConfig(value: unknown, file: string): Pick<Setup, 'methods' | 'defaults'> {
  const at = (path: string, what: string): UsageError => new UsageError(`${file}: ${path} ${what}`);
  const config = fieldsOf(value, ['plugins', 'defaults'], 'the configuration', at);
  const definitions = listOf(config.plugins, 'plugins', at).flatMap((plugin, i) => {
    const path = `plugins[${i}]`;
    const { name, methods } = fieldsOf(plugin, ['name', 'methods'], path, at);
    if (!isText(name)) throw at(`${path}.name`, 'must be a text: what the plugin is called');
    return listOf(methods, `${path}.methods`, at).map((each, j) =>
      checkedMethod(each, (where, what) => at(`${path}.methods[${j}]${where} (of ${name})`, what)),
    );
  });
  const ids = ownMethods.all.map(({ id }) => id);
  for (const { id } of definitions) {
    if (ids.includes(id))
      throw at('plugins', `define a method '${id}', which is there already; call it otherwise`);
    ids.push(id);
  }
  const methods = new MethodRegistry(definitions);
  const defaults = checkDefaults(config.defaults ?? {}, at);
  return { methods, defaults };
}

type Fault = (path: string, what: string) => UsageError;

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws UsageError for what is no object, or has other fields */
function fieldsOf(
  value: unknown,
  known: readonly string[],
  path: string,
  at: Fault,
): Readonly<Record<string, unknown>> {
  if (!isFields(value)) throw at(path, `must be an object with ${known.join(', ')}, not ${shown(value)}`);
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined)
    throw at(path, `has ${shown(other)}, which is not known; it may have ${known.join(', ')}`);
  return value;
}

function listOf(value: unknown, path: string, at: Fault): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw at(path, `must be a list, not ${shown(value)}`);
}

const kinds: readonly MethodKind[] = ['single-task', 'two-stage', 'joint', 'analysis'];
const fields = [
  'id',
  'title',
  'summary',
  'kind',
  'reference',
  'trains',
  'sources',
  'options',
  'make',
  'reader',
];

function checkedMethod(value: unknown, at: Fault): MethodDefinition {
  assertMethod(value, at);
  return value;
}

function assertMethod(value: unknown, at: Fault): asserts value is MethodDefinition {
  const method = fieldsOf(value, fields, '', at);
  const { id, kind, sources, options, make, reader } = method;
  for (const field of ['id', 'title', 'summary'])
    if (!isText(method[field])) throw at(`.${field}`, `must be a text, not ${shown(method[field])}`);
  if (!/^[a-z0-9][a-z0-9+_-]*$/.test(String(id)))
    throw at('.id', `must be of small letters, digits, + _ -, not ${shown(id)}: it names folders`);
  if (!kinds.includes(kind as MethodKind))
    throw at('.kind', `must be one of ${kinds.join(', ')}, not ${shown(kind)}`);
  if (typeof make !== 'function') throw at('.make', 'must be a function; defineMethod makes it');
  if (typeof reader !== 'function')
    throw at(
      '.reader',
      'must be a function that reads the folders the method writes; without it evaluate cannot',
    );
  if (sources !== undefined) {
    const { least, most = least } = fieldsOf(sources, ['least', 'most'], '.sources', at);
    if (
      !(
        Number.isSafeInteger(least) &&
        Number.isSafeInteger(most) &&
        Number(least) >= 1 &&
        Number(most) >= Number(least)
      )
    )
      throw at(
        '.sources',
        'must have least, a whole number from 1, and may have most, which is not below it',
      );
  }
  for (const [name, option] of Object.entries(
    fieldsOf(options, Object.keys(Object(options)), '.options', at),
  ))
    checkOption(name, option, (path, what) => at(`.options.${name}${path}`, what));
}

const optionFields = ['type', 'meaning', 'default', 'defaultMeaning', 'range', 'required'];

/** Flags of its own are the command's: those of two plugins would meet. */
function checkOption(name: string, value: unknown, at: Fault): void {
  assertOption(name, value, at);
  if (value.default !== undefined && !optionTakes(value, value.default))
    throw at('.default', `must be ${whatOptionTakes(value)}, not ${shown(value.default)}`);
}

/** An option, but for its default, which is checked by it. */
function assertOption(name: string, value: unknown, at: Fault): asserts value is MethodOption {
  const option = fieldsOf(value, optionFields, '', at);
  const { type, meaning, range = {} } = option;
  if (!/^[a-z]\w*$/i.test(name)) throw at('', 'must be named by letters and digits, for --set NAME=VALUE');
  const isWords = Array.isArray(type) && type.length > 0 && type.every(isText);
  if (!isWords && !['number', 'whole', 'numbers', 'text'].includes(String(type)))
    throw at('.type', "must be 'number', 'whole', 'numbers', 'text' or a list of words");
  if (!isText(meaning)) throw at('.meaning', 'must be a text');
  const bounds = Object.values(fieldsOf(range, ['least', 'most', 'above', 'below'], '.range', at));
  if (!bounds.every(Number.isFinite)) throw at('.range', 'must have numbers as bounds');
}

function checkDefaults(value: unknown, at: Fault): TrainDefaults {
  const defaults = fieldsOf(
    value,
    optionsIn('config').map(([name]) => name),
    'defaults',
    at,
  );
  const options = addTrainOptions(new Command(), plainSetup).options;
  for (const [name, each] of Object.entries(defaults)) {
    const option = options.find((other) => other.attributeName() === name);
    if (typeof each !== 'number' && typeof each !== 'string')
      throw at(`defaults.${name}`, `must be a number or a text, not ${shown(each)}`);
    try {
      option?.parseArg?.(String(each), undefined);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw at(`defaults.${name}`, `is ${shown(each)}. ${error.message}`);
    }
  }
  return defaults as TrainDefaults;
}
