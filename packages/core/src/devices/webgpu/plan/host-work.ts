import { DeviceError, ShapeError } from '../../../errors.ts';
import { leafOf } from '../../../graph/leaves.ts';
import type { Node } from '../../../graph/tensor.ts';
import { embeddingOperation } from '../../../ops/embedding.ts';
import { crossEntropyOperation } from '../../../ops/losses.ts';
import type { HostArray } from '../../device.ts';
import { WebGPUTensor } from '../tensor.ts';

/** Rows that are gathered on the host because their table is too large for a kernel to bind. */
export interface Gather {
  readonly node: Node;
  /** The graph input that holds the row numbers. */
  readonly ids: string;
  readonly table: WebGPUTensor;
}

const is = (node: Node, operation: unknown): boolean => (node.operation as unknown) === operation;

/**
 * The embeddings whose tables stay on the host.
 *
 * @throws DeviceError if such a table is used in any other way
 */
export function findGathers(order: readonly Node[], limit: number): Gather[] {
  const gathers: Gather[] = [];
  for (const node of order)
    for (const [i, input] of node.inputs.entries()) {
      const leaf = leafOf(input);
      if (leaf?.kind !== 'variable' || !(leaf.storage instanceof WebGPUTensor) || !leaf.storage.isOnHost)
        continue;
      const ids = node.inputs[1] && leafOf(node.inputs[1]);
      if (!is(node, embeddingOperation) || i !== 0 || ids?.kind !== 'input')
        throw new DeviceError(
          `'${leaf.storage.label}' has ${leaf.storage.storedBytes} bytes, but this adapter binds no more than ${limit}; ` +
            `only a frozen table whose rows are looked up by an input may be larger, and '${node.operation.name}' needs all of it`,
        );
      gathers.push({ node, ids: ids.name, table: leaf.storage });
    }
  return gathers;
}

/** A range that the elements of a fed input must lie in, because kernels do not check. */
export interface RangeCheck {
  readonly input: string;
  readonly limit: number;
  readonly fail: (value: number) => ShapeError;
}

export function findRangeChecks(order: readonly Node[]): RangeCheck[] {
  const checks: RangeCheck[] = [];
  for (const node of order) {
    const leaf = node.inputs[1] && leafOf(node.inputs[1]);
    const [rows, classes] = node.inputs[0]?.shape ?? [];
    if (leaf?.kind !== 'input') continue;
    if (is(node, embeddingOperation) && typeof rows === 'number')
      checks.push({
        input: leaf.name,
        limit: rows,
        fail: (id) => new ShapeError(`embedding: id ${id} is outside the table of ${rows} rows`),
      });
    if (is(node, crossEntropyOperation) && typeof classes === 'number')
      checks.push({
        input: leaf.name,
        limit: classes,
        fail: (label) => new ShapeError(`label ${label} is not one of ${classes} classes`),
      });
  }
  return checks;
}

/** @throws ShapeError */
export function checkRange(check: RangeCheck, data: HostArray): void {
  for (const value of data) if (!(value >= 0 && value < check.limit)) throw check.fail(value);
}
