import { TokenizerError } from '../errors.ts';
import { type Json, shown } from '../json.ts';

const CONFIG = 'tokenizer_config.json';

/** Returns the error for an unsupported value in `tokenizer_config.json`. */
function refused(name: string, value: unknown, why: string): TokenizerError {
  const message = `${CONFIG} has ${name} ${shown(value)}: ${why}. Use another encoder, or change that part of the file.`;
  return new TokenizerError('unsupported', message);
}

/** Returns a boolean option, or its default if it is not given. @throws TokenizerError `malformed` */
export function option<T extends boolean | null>(config: Json, name: string, byDefault: T): boolean | T {
  const value = config[name] ?? byDefault;
  if (typeof value === 'boolean' || value === byDefault) return value as boolean | T;
  throw new TokenizerError(
    'malformed',
    `${name} of ${CONFIG} is ${shown(value)}, not true or false. Correct it.`,
  );
}

/**
 * Refuses other classes of tokenizers, and options that would change what the class does.
 *
 * @param allowed for each option the values without effect, in addition to `null`, an empty list and an empty object
 */
export function refuseOptions(
  config: Json,
  classes: readonly string[],
  allowed: Readonly<Record<string, readonly unknown[]>>,
): void {
  const { tokenizer_class: name = null } = config;
  if (name !== null && !classes.includes(name as string))
    throw refused('tokenizer_class', name, `without tokenizer.json only ${classes[0]} can be built`);
  for (const [key, values] of Object.entries(allowed)) {
    const value = config[key] ?? null;
    const isEmpty = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!isEmpty && !values.includes(value)) throw refused(key, value, 'what that does is not supported');
  }
}

/** Refuses options that change the ids of texts for any tokenizer. */
export function refuseCommonOptions(config: Json): void {
  if (config.split_special_tokens === true)
    throw refused('split_special_tokens', true, 'special tokens in a text are always recognized');
  if (config.truncation_side === 'left')
    throw refused('truncation_side', 'left', 'long texts are cut at their end');
}

/**
 * Refuses options that contradict tokenizer.json. Python's classes would follow the options, its library the file.
 *
 * @param does what the tokenizer does, by the names of options
 */
export function refuseContradictions(config: Json, does: Readonly<Record<string, unknown>>): void {
  for (const [name, actual] of Object.entries(does)) {
    const wanted = config[name];
    if (typeof wanted === 'boolean' && typeof actual === 'boolean' && wanted !== actual)
      throw refused(name, wanted, 'tokenizer.json says the opposite');
  }
}
