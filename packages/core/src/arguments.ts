import { ArgumentError } from './errors.ts';
import { shown } from './files/shown.ts';

/** Whether a value is an object whose fields of these names are functions. */
export function hasFunctions(value: unknown, ...names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

/**
 * Refuses an argument that is not an object of options, or has an option that the function does not take: a misspelled one
 * would have no effect.
 *
 * @param what the function, for the message
 * @throws ArgumentError
 */
export function checkOptionNames(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError(
      `${what} takes an object of options (${known.join(', ')}), not ${shown(options)}`,
    );
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other !== undefined)
    throw new ArgumentError(`${what} has no option ${shown(other)}; it has ${known.join(', ')}`);
}
