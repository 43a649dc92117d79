import { add, type Tensor } from '@scalearn/core/graph';
import type { Sites } from '@scalearn/core/methods';

/** Projects the rows of a layer: x `[tokens, in]`, result `[tokens, out]`. */
export type Projection = (x: Tensor, layer: number) => Tensor;

/**
 * Places an adapter where the Pfeiffer adapter is, with any kind of projection
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
