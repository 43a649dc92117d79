import { ShapeError } from '../errors.ts';
import { graphInputs } from './graph.ts';
import { type BatchCheck, batchChecks } from './requirements.ts';
import { type DimValues, showShape } from './shape.ts';
import type { HostArray } from './storage.ts';
import type { Node, Tensor } from './tensor.ts';

/** What a graph is fed in every run, and what its operations require of that. */
export interface FeedPlan {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly checks: readonly BatchCheck[];
}

/** @throws ShapeError if two inputs have one name, or an operation's integers are no input */
export function planFeeds(order: readonly Node[]): FeedPlan {
  return { inputs: graphInputs(order), checks: batchChecks(order) };
}

/**
 * Checks what is fed against what the graph takes and its operations require, and finds the symbolic dimensions from
 * the lengths. Devices call it before each run, so that all of them refuse the same batches.
 *
 * @throws ShapeError if an input is missing, unknown, of the wrong type, of a length that does not fit, or empty, or
 * holds integers that an operation cannot use: a label that is no class, an id beyond the table, sequences without end
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
      throw new ShapeError(`input '${name}' ${showShape(tensor.shape)} is empty: a batch holds something`);
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

/** There is one boundary more than there are sequences. */
function bindSequences(dims: Record<string, number>): void {
  const { boundaries, sequences } = dims;
  if (boundaries === undefined) return;
  if (boundaries < 2)
    throw new ShapeError('a batch holds at least one sequence, whose end is a boundary, too');
  if (sequences !== undefined && sequences !== boundaries - 1)
    throw new ShapeError(
      `${boundaries} boundaries are those of ${boundaries - 1} sequences, not of ${sequences}`,
    );
  dims.sequences = boundaries - 1;
}

/** @throws ShapeError if nothing was fed under that name */
export function fed(feeds: Readonly<Record<string, HostArray>>, name: string): HostArray {
  const data = feeds[name];
  if (!data) throw new ShapeError(`input '${name}' was not given`);
  return data;
}
