import type { HostArray } from '../devices/device.ts';
import { ShapeError } from '../errors.ts';
import { type DimValues, showShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * Checks what is fed against what the graph takes, and finds the symbolic dimensions from the lengths.
 *
 * @throws ShapeError if an input is missing, unknown, of the wrong type, or of a length that does not fit
 */
export function bindDimensions(
  inputs: ReadonlyMap<string, Tensor>,
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
    const unknown = [
      ...new Set(tensor.shape.filter((d) => typeof d === 'string' && dims[d] === undefined)),
    ] as string[];
    const known = tensor.shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : (dims[d] ?? 1)), 1);
    const [symbol] = unknown;
    if (symbol !== undefined && unknown.length === 1 && data.length % known === 0)
      dims[symbol] = data.length / known;
    else if (unknown.length > 0 || known !== data.length)
      throw new ShapeError(
        `input '${name}' has ${data.length} values, which do not make ${showShape(tensor.shape)}`,
      );
  }
  if (dims.boundaries !== undefined) dims.sequences ??= dims.boundaries - 1;
  return dims;
}
