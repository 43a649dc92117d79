import { ArgumentError } from '@scalearn/core';
import * as v from 'valibot';

/** One training of a plan, as plain data. */
export interface Job {
  /** Hash of everything that decides the model. Equal keys are equal models. */
  readonly key: string;
  /** Arguments of the training. They are data, never a line for a shell. */
  readonly arguments: readonly string[];
  /** Keys of the jobs whose results this one needs. */
  readonly parents: readonly string[];
  /**
   * Fingerprints of what the training reads besides the results of its parents, by names for people, such as `the encoder`.
   * A worker compares them with what it has. By default there are none.
   */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** Kind of the device that must train it, such as `webgpu` or `onnx`. By default every kind may. */
  readonly deviceKind?: string | undefined;
  /** Expected time of the training in seconds; without it, jobs of equally long chains are taken in any order. */
  readonly seconds?: number | undefined;
}

/** Names of the store that are no keys. */
const reserved = new Set(['plans', 'slurm']);

const keySchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/, 'a key is letters, digits and . _ + - only'),
  v.check((key) => !reserved.has(key), 'this name cannot be a key'),
);

/** Checks a job that comes from outside. */
export const jobSchema: v.GenericSchema<unknown, Job> = v.strictObject({
  key: keySchema,
  arguments: v.array(v.string()),
  parents: v.array(keySchema),
  inputs: v.optional(v.record(v.string(), v.string())),
  deviceKind: v.optional(v.pipe(v.string(), v.nonEmpty())),
  seconds: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
});

/**
 * Checks the jobs of a plan together.
 *
 * @throws ArgumentError if one is malformed, if two have one key, if a parent is not among them, or if they form a circle
 */
export function checkJobs(jobs: readonly Job[]): void {
  for (const job of jobs) {
    const { success, issues } = v.safeParse(jobSchema, job);
    if (!success)
      throw new ArgumentError(`the job ${JSON.stringify(job.key)} is malformed: ${v.summarize(issues)}`);
  }
  const known = new Map(jobs.map((job) => [job.key, job]));
  if (known.size < jobs.length) {
    const twice = jobs.find((job) => known.get(job.key) !== job);
    throw new ArgumentError(`two jobs have the key ${twice?.key}; plan each model once`);
  }
  for (const { key, parents } of jobs)
    for (const parent of parents)
      if (!known.has(parent))
        throw new ArgumentError(`the job ${key} needs ${parent}, which is not in the plan; add it`);
  parentsFirst(jobs);
}

/** Returns the jobs in an order in which each comes after its parents. @throws ArgumentError if they form a circle */
export function parentsFirst(jobs: readonly Job[]): Job[] {
  const waiting = new Map(jobs.map(({ key, parents }) => [key, new Set(parents).size]));
  const children = childrenOf(jobs);
  const order = jobs.filter(({ key }) => waiting.get(key) === 0);
  for (const { key } of order)
    for (const child of children.get(key) ?? []) {
      const left = (waiting.get(child.key) ?? 0) - 1;
      waiting.set(child.key, left);
      if (left === 0) order.push(child);
    }
  if (order.length === jobs.length) return order;
  const circle = [...waiting].flatMap(([key, left]) => (left > 0 ? [key] : []));
  throw new ArgumentError(`these jobs need each other in a circle, or need one that does: ${listed(circle)}`);
}

/** Returns the keys of all jobs that need one of these, directly or not. */
export function descendantsOf(jobs: readonly Job[], keys: Iterable<string>): string[] {
  const children = childrenOf(jobs);
  const found = new Set<string>();
  const open = [...keys];
  for (let key = open.pop(); key !== undefined; key = open.pop())
    for (const child of children.get(key) ?? [])
      if (!found.has(child.key)) {
        found.add(child.key);
        open.push(child.key);
      }
  return [...found];
}

/** Returns the jobs that need each job directly. */
export function childrenOf(jobs: readonly Job[]): ReadonlyMap<string, readonly Job[]> {
  const children = new Map<string, Job[]>();
  for (const job of jobs)
    for (const parent of new Set(job.parents)) {
      const found = children.get(parent);
      if (found) found.push(job);
      else children.set(parent, [job]);
    }
  return children;
}

const listed = (keys: readonly string[]): string =>
  keys.length <= 5 ? keys.join(', ') : `${keys.slice(0, 5).join(', ')} and ${keys.length - 5} more`;
