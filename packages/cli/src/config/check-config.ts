import { encoderFamilies } from '@scalearn/encoders';
import { UsageError } from '../errors.ts';
import { MethodRegistry, ownMethods } from '../methods/registry.ts';
import { parsed, type SchemaFault } from '../schema-fault.ts';
import { configSchema } from './config-schema.ts';
import type { Config } from './define.ts';
import type { Setup } from './setup.ts';

/**
 * Checks what a configuration file exports.
 *
 * @param file for messages
 * @throws UsageError that names the file and the place in it
 */
export function checkConfig(value: unknown, file: string): Pick<Setup, 'methods' | 'families' | 'defaults'> {
  assertConfig(value, file);
  const { plugins = [], defaults = {} } = value;
  const definitions = plugins.flatMap(({ methods = [] }) => methods);
  const families = plugins.flatMap((plugin) => plugin.families ?? []);
  const ids = ownMethods.all.map(({ id }) => id);
  for (const { id } of definitions) {
    if (ids.includes(id))
      throw new UsageError(
        `${file}: plugins define a method '${id}', which exists already; give it another name`,
      );
    ids.push(id);
  }
  const types = encoderFamilies.map(({ modelType }) => modelType);
  for (const { modelType } of families) {
    if (types.includes(modelType))
      throw new UsageError(
        `${file}: plugins define a family '${modelType}', which exists already; give it another name`,
      );
    types.push(modelType);
  }
  return { methods: new MethodRegistry(definitions), families: [...encoderFamilies, ...families], defaults };
}

/** Narrows the type without copying the value: methods are objects with more than the checked fields. */
function assertConfig(value: unknown, file: string): asserts value is Config {
  parsed(configSchema, value, (fault) => new UsageError(`${file}: ${placeOf(fault)} ${fault.says}`));
}

/** Formats a place in the file, such as `plugins[0].methods[1].id (of name)`. */
function placeOf({ path, holders, isKey }: SchemaFault): string {
  const place = isKey ? path.slice(0, -1) : path;
  const keys = place.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`));
  const plugin = path[0] === 'plugins' && path.length > 3 ? holders[2] : undefined;
  const named =
    typeof plugin === 'object' && plugin !== null && 'name' in plugin ? ` (of ${plugin.name})` : '';
  return `${keys.join('') || 'the configuration'}${named}`;
}
