import { add, type Tensor } from '@scalearn/core/graph';
import type { Sites } from '@scalearn/core/methods';

/** What a layer's projection makes of its rows: x `[tokens, in]`, result `[tokens, out]`. */
export type Projection = (x: Tensor, layer: number) => Tensor;

/**
 * The Pfeiffer adapter's place and order, whatever its projections are
 * (docs/reference/methods.md#the-pfeiffer-adapter):
 *
 * `z = LN₂(h + x)`, `y = LN₂(up(act(down(z))) + h + x)`.
 */
export function bottleneckSites(down: Projection, activation: (x: Tensor) => Tensor, up: Projection): Sites {
  return {
    feedForwardOutput({ layer, hidden, residual, norm }) {
      const sum = add(hidden, residual);
      return norm(add(up(activation(down(norm(sum), layer)), layer), sum));
    },
  };
}
