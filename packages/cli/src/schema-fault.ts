import { shown } from '@scalearn/core/files';
import * as v from 'valibot';

/**
 * A fault that a schema found in a value. Messages follow "must be"; those about missing or unknown fields are complete
 * sentences.
 */
export interface SchemaFault {
  readonly path: readonly (string | number)[];
  /** The value that holds each key of the path. */
  readonly holders: readonly unknown[];
  /** Text that follows the name of the place: `must be a text, not 1`. */
  readonly says: string;
  /** Whether the last part of the path is a key that is not allowed. */
  readonly isKey: boolean;
}

/**
 * Checks a value by a schema and returns it.
 *
 * @param fail makes the error for the deepest fault, which says most if the schema allows several forms
 */
export function parsed<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  fail: (fault: SchemaFault) => Error,
): T {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const depth = ({ path, isKey }: SchemaFault): number => 2 * path.length - (isKey ? 1 : 0);
  const [first, ...others] = result.issues.flatMap((issue) => faultsOf(issue, { path: [], holders: [] })) as [
    SchemaFault,
  ];
  throw fail(others.reduce((deepest, fault) => (depth(fault) > depth(deepest) ? fault : deepest), first));
}

type Place = Pick<SchemaFault, 'path' | 'holders'>;

function faultsOf(issue: v.BaseIssue<unknown>, before: Place): SchemaFault[] {
  const items = issue.path ?? [];
  const path = [...before.path, ...items.map(({ key }) => (typeof key === 'number' ? key : String(key)))];
  const place = { path, holders: [...before.holders, ...items.map(({ input }) => input)] };
  const parts = (issue.issues ?? []).flatMap((part) => faultsOf(part, place));
  const deeper = parts.filter((part) => part.path.length > path.length);
  if (deeper.length > 0) return deeper;
  const { message, expected, input } = issue;
  if (issue.type !== 'strict_object')
    return [{ ...place, says: `must be ${message}, not ${shown(input)}`, isKey: false }];
  const isKey = expected === 'never';
  return [{ ...place, path: isKey ? path : path.slice(0, -1), says: message, isKey }];
}
