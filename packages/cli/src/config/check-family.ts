import { shown } from '@scalearn/core';
import type { EncoderFamily } from '@scalearn/encoders';
import type { UsageError } from '../errors.ts';

const kinds = {
  modelType: 'string',
  prefix: 'string',
  modules: 'object',
  headKeys: 'object',
  ...{ readConfig: 'function', writeConfig: 'function', weights: 'function' },
  ...{ staticHead: 'function', firstPosition: 'function', build: 'function' },
} as const satisfies Partial<Record<keyof EncoderFamily, string>>;

/**
 * Checks a family of encoders of a plugin.
 *
 * @param at makes the error for a place in it
 */
export function checkFamily(value: unknown, at: (path: string, what: string) => UsageError): EncoderFamily {
  assertFamily(value, at);
  return value;
}

function assertFamily(
  value: unknown,
  at: (path: string, what: string) => UsageError,
): asserts value is EncoderFamily {
  if (typeof value !== 'object' || value === null)
    throw at('', `must be a family of encoders, which defineEncoderFamily makes, not ${shown(value)}`);
  for (const [field, kind] of Object.entries(kinds)) {
    const found: unknown = Reflect.get(value, field);
    if (typeof found !== kind || found === null || found === '')
      throw at(
        `.${field}`,
        `must be ${kind === 'string' ? 'a text' : `a ${kind}`}, not ${shown(found)}; defineEncoderFamily checks it`,
      );
  }
}
