import { DeviceError } from '../../../errors.ts';
import { leafOf } from '../../../graph/leaves.ts';
import type { Node } from '../../../graph/tensor.ts';
import { WebGPUTensor } from '../tensor.ts';

/** A row lookup on the host, because its table is too large for a kernel to bind. */
export interface Gather {
  readonly node: Node;
  /** The graph input that holds the row numbers. */
  readonly ids: string;
  readonly table: WebGPUTensor;
}

/**
 * Finds the embeddings whose tables stay on the host.
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
      if (!node.operation.lookup || i !== 0 || ids?.kind !== 'input')
        throw new DeviceError(
          `'${leaf.storage.label}' has ${leaf.storage.storedBytes} bytes, but this adapter binds no more than ${limit}; ` +
            `only a frozen table whose rows are looked up by an input may be larger, and '${node.operation.name}' needs all of it`,
        );
      gathers.push({ node, ids: ids.name, table: leaf.storage });
    }
  return gathers;
}
