import { concreteShape, dimValue, type HostValue } from '@scalearn/core/graph';
import type { HostCall, HostTensor } from './context.ts';
import { attentionMask, dropoutMask } from './masks.ts';
import { paddingBias, paddingValid, padRows, unpadRows } from './padding.ts';

/** Computes a value that the graph takes from the host. */
export function computeHostValue(value: HostValue, call: HostCall): HostTensor {
  const { context } = call;
  switch (value.kind) {
    case 'dim':
      return { data: Float32Array.of(dimValue(value.dim, context.dims)), shape: [] };
    case 'shape': {
      const shape = concreteShape(value.shape, context.dims);
      return { data: BigInt64Array.from(shape.map(BigInt)), shape: [shape.length] };
    }
    case 'padRows':
      return padRows(value, context);
    case 'unpadRows':
      return unpadRows(value, context);
    case 'paddingBias':
      return paddingBias(value, context);
    case 'paddingValid':
      return paddingValid(value, context);
    case 'dropoutMask':
      return dropoutMask(value, call);
    case 'attentionMask':
      return attentionMask(value, call);
  }
}
