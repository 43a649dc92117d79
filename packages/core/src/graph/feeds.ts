import { ShapeError } from '../errors.ts';
import { graphInputs } from './graph.ts';
import { type BatchCheck, batchChecks } from './requirements.ts';
import { type DimValues, showShape } from './shape.ts';
import type { HostArray } from './storage.ts';
import type { Node, Tensor } from './tensor.ts';

/** The inputs of a graph, and the checks that its operations require of them. */
export interface FeedPlan {
  /** The inputs by name. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** The checks of a batch, which throw ShapeError. */
  readonly checks: readonly BatchCheck[];
}

/** Collects inputs and checks. @throws ShapeError if two inputs share a name, or integers do not come from an input */
export function planFeeds(order: readonly Node[]): FeedPlan {
  return { inputs: graphInputs(order), checks: batchChecks(order) };
}

/**
 * Checks the arrays fed to a graph against its inputs and the requirements of its operations. Derives the symbolic
 * dimensions from the lengths. Every device calls it before each run, so all devices refuse the same batches.
 *
 * @throws ShapeError if an input is missing, unknown or empty, has the wrong type or length, or holds integers that an
 * operation cannot use, such as a label that is not a class, an id outside the table, or wrong sequence boundaries
 */
export function bindFeeds(
  { inputs, checks }: FeedPlan,
  feeds: Readonly<Record<string, HostArray>>,
): DimValues {
  const dims: Record<string, number> = {};
  for (const name of Object.keys(feeds))
    if (!inputs.has(name))
      throw new ShapeError(`the graph has no input '${name}'; it takes ${[...inputs.keys()].join(', ')}`);
  for (const [name, tensor] of inputs) {
    const data = feeds[name];
    if (!data) throw new ShapeError(`input '${name}' ${showShape(tensor.shape)} was not given`);
    if ((tensor.dtype === 'i32') !== data instanceof Int32Array)
      throw new ShapeError(
        `input '${name}' must be ${tensor.dtype === 'i32' ? 'an Int32Array' : 'floating point'}`,
      );
    if (data.length === 0)
      throw new ShapeError(
        `input '${name}' ${showShape(tensor.shape)} is empty; a batch needs at least one element`,
      );
    const symbols = tensor.shape.filter((d) => typeof d === 'string');
    const unknown = [...new Set(symbols.filter((d) => dims[d] === undefined))];
    const known = tensor.shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : (dims[d] ?? 1)), 1);
    const [symbol] = unknown;
    if (symbol !== undefined && unknown.length === 1 && data.length % known === 0)
      dims[symbol] = data.length / known;
    else if (unknown.length > 0 || known !== data.length)
      throw new ShapeError(
        `input '${name}' has ${data.length} values, which do not make ${showShape(tensor.shape)}`,
      );
  }
  bindSequences(dims);
  for (const check of checks) check(feeds, dims);
  return dims;
}

/** Binds `boundaries` and `sequences` to each other: there is one more boundary than sequences. */
function bindSequences(dims: Record<string, number>): void {
  const { boundaries, sequences } = dims;
  if (boundaries === undefined) return;
  if (boundaries < 2)
    throw new ShapeError('a batch needs at least two boundaries, the start and the end of one sequence');
  if (sequences !== undefined && sequences !== boundaries - 1)
    throw new ShapeError(`${boundaries} boundaries delimit ${boundaries - 1} sequences, not ${sequences}`);
  dims.sequences = boundaries - 1;
}

/** Returns the array fed for an input. @throws ShapeError if there is none */
export function fed(feeds: Readonly<Record<string, HostArray>>, name: string): HostArray {
  const data = feeds[name];
  if (!data) throw new ShapeError(`input '${name}' was not given`);
  return data;
}
