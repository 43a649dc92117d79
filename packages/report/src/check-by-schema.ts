import * as v from 'valibot';

/** A fault in a value, found by a schema whose messages say what a value must be. */
export interface SchemaFault {
  /** Keys that lead to the value at fault, or to the field that is missing or not known. */
  readonly path: readonly (string | number)[];
  /** The value that holds each key of the path. */
  readonly holders: readonly unknown[];
  /** What the value must be. For a field of a strict object, a sentence without a subject about the object. */
  readonly what: string;
  /** The value; undefined if it is missing. */
  readonly found: unknown;
  /** What is wrong with a field of a strict object. Absent for a value of another kind. */
  readonly field?: 'missing' | 'unknown';
}

/**
 * Checks a value by a schema and returns it.
 *
 * @param fail makes the error for the deepest fault, which says most if the schema allows several forms
 */
export function checkBySchema<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  fail: (fault: SchemaFault) => Error,
): T {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const [first, ...others] = result.issues.flatMap((issue) => faultsOf(issue)) as [SchemaFault];
  throw fail(others.reduce((deepest, fault) => (depth(fault) > depth(deepest) ? fault : deepest), first));
}

const depth = ({ path, field }: SchemaFault): number =>
  2 * path.length - (field === undefined ? 0 : field === 'unknown' ? 1 : 2);

type Place = Pick<SchemaFault, 'path' | 'holders'>;

function faultsOf(issue: v.BaseIssue<unknown>, before: Place = { path: [], holders: [] }): SchemaFault[] {
  const { path: items = [], issues = [], message: what, input: found } = issue;
  const path = [...before.path, ...items.map(({ key }) => (typeof key === 'number' ? key : String(key)))];
  const place = { path, holders: [...before.holders, ...items.map(({ input }) => input)] };
  const deeper = issues
    .flatMap((part) => faultsOf(part, place))
    .filter((part) => part.path.length > path.length);
  if (deeper.length > 0) return deeper;
  if (issue.type !== 'strict_object') return [{ ...place, what, found }];
  return [{ ...place, what, found, field: issue.expected === 'never' ? 'unknown' : 'missing' }];
}

/** Formats the path of a value, such as `runs[0].seed`. Names are made printable and short. */
export function pathText(path: SchemaFault['path']): string {
  const parts = path.map((key, i) => {
    if (typeof key === 'number') return `[${key}]`;
    const name = key.replace(/[^\w ./+-]/g, '?').slice(0, 60);
    return i === 0 ? name : `.${name}`;
  });
  return parts.join('');
}
