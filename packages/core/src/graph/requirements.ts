import { at } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import { reshaped } from './alias.ts';
import { leafOf } from './leaves.ts';
import { type DimValues, dimValue, type Shape, sameSize, showShape, sizeOf } from './shape.ts';
import type { HostArray } from './storage.ts';
import type { Node, Tensor } from './tensor.ts';

export type BatchCheck = (feeds: Readonly<Record<string, HostArray>>, dims: DimValues) => void;

/**
 * Returns the checks of a graph. Each appears once, even if several operations require it.
 *
 * @throws ShapeError if integers are computed or stored on the device, where they cannot be checked
 */
export function batchChecks(order: readonly Node[]): BatchCheck[] {
  const checks = new Map<string, BatchCheck>();
  for (const node of order)
    for (const requirement of node.operation.requires?.(node.inputs, node.attributes) ?? []) {
      if (requirement.kind === 'sameSize') {
        const { from, to } = requirement;
        if (!sameSize(from, to)) checks.set(`${from} ${to}`, (_, dims) => checkSameSize(from, to, dims));
        continue;
      }
      const name = fedName(requirement.input, node);
      if (requirement.kind === 'boundaries') {
        const { end } = requirement;
        checks.set(`${name} ${end}`, (feeds, dims) =>
          checkBoundaries(name, feeds[name] ?? [], dimValue(end, dims)),
        );
      } else {
        const { below, what, of } = requirement;
        checks.set(`${name} ${what} ${below}`, (feeds, dims) =>
          checkIndices(name, feeds[name] ?? [], dimValue(below, dims), { what, of }),
        );
      }
    }
  return [...checks.values()];
}

/** Returns the name of the graph input that a tensor is, reshaped or not. */
function fedName(tensor: Tensor, { operation }: Node): string {
  const leaf = leafOf(reshaped(tensor));
  if (leaf?.kind === 'input') return leaf.name;
  throw new ShapeError(
    `'${operation.name}' must take its integers from an input of the graph, where they can be checked before a run`,
  );
}

function checkIndices(
  name: string,
  data: ArrayLike<number>,
  below: number,
  { what, of }: { readonly what: string; readonly of: string },
): void {
  for (let i = 0; i < data.length; i++) {
    const value = at(data, i);
    if (!(value >= 0 && value < below))
      throw new ShapeError(`${what} ${value} is not one of ${below} ${of} (input '${name}', place ${i})`);
  }
}

function checkBoundaries(name: string, data: ArrayLike<number>, end: number): void {
  if (data[0] !== 0) throw new ShapeError(`input '${name}' must begin at 0, not at ${data[0]}`);
  for (let i = 1; i < data.length; i++)
    if (!(at(data, i) > at(data, i - 1)))
      throw new ShapeError(
        `input '${name}' must ascend, since no sequence is empty; ${data[i - 1]} is followed by ${data[i]} (place ${i})`,
      );
  if (data[data.length - 1] !== end)
    throw new ShapeError(
      `input '${name}' must end at the number of tokens, ${end}, not at ${data[data.length - 1]}`,
    );
}

function checkSameSize(from: Shape, to: Shape, dims: DimValues): void {
  const [a, b] = [sizeOf(from, dims), sizeOf(to, dims)];
  if (a !== b)
    throw new ShapeError(
      `cannot reshape ${showShape(from)} to ${showShape(to)}: in this batch one has ${a} elements, the other ${b}`,
    );
}
