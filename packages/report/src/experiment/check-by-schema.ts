import * as v from 'valibot';

/** The first fault in a file, by a schema whose messages say what a value must be. */
export interface SchemaIssue {
  /** Path of the value, such as `runs[0].seed`. */
  readonly path: string;
  /** What the value must be. */
  readonly what: string;
  /** Whether the value is missing. */
  readonly isMissing: boolean;
  /** The value; undefined if it is missing. */
  readonly found: unknown;
}

/** Checks a value by a schema and returns it; `fail` throws the error of the file. */
export function checkBySchema<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  fail: (issue: SchemaIssue) => never,
): T {
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  return fail({
    path: pathOf(issue.path ?? []) || 'it',
    what: issue.message,
    isMissing: issue.path !== undefined && issue.input === undefined,
    found: issue.input,
  });
}

function pathOf(items: readonly v.IssuePathItem[]): string {
  return items
    .map(({ key }, i) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key)
        .replace(/[^\w ./+-]/g, '?')
        .slice(0, 60);
      return i === 0 ? name : `.${name}`;
    })
    .join('');
}
