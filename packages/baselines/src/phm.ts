import { concat, multiply, reshape, split, sum, type Tensor } from '@scalearn/core/graph';
import type { ParameterSpec } from '@scalearn/core/methods';

/** n: the number of Kronecker products that are summed to a layer's weight. */
export const phmDimension = 4;
const n = phmDimension;

/** Returns the parameters of one hypercomplex layer without the rule: rank-1 factors (Xavier normal) and a bias. */
export function phmParameters(name: string, inputs: number, outputs: number): ParameterSpec[] {
  const factor = (side: string, rows: number, columns: number): ParameterSpec => ({
    name: `${name}.${side}`,
    shape: [n, rows, columns],
    init: { mean: 0, deviation: Math.sqrt(2 / (rows + columns)) },
    decay: true,
  });
  return [
    factor('W_left', inputs / n, 1),
    factor('W_right', 1, outputs / n),
    { name: `${name}.b`, shape: [outputs], init: { constant: 0 }, decay: true },
  ];
}

/**
 * Returns the weights of hypercomplex layers of equal sizes, which multiply from the right. Each is a sum of Kronecker
 * products, `H = Σ_i R_i ⊗ (l_i·r_i)` `[in, out]` (Zhang et al. 2021, arXiv 2102.08597):
 *
 * `H[a·in/n + c, b·out/n + e] = Σ_i R[i, a, b] · l[i, c] · r[i, e]`.
 *
 * The weights of all layers are computed together, once per batch. The number of operations does not grow with the
 * number of layers. Each layer is then an ordinary linear layer.
 *
 * @param rule R `[n, n, n]`, shared by all layers
 * @param layers l `[n, in/n, 1]` and r `[n, 1, out/n]` of each layer
 */
export function phmWeights(
  rule: Tensor,
  layers: readonly { readonly left: Tensor; readonly right: Tensor }[],
): readonly Tensor[] {
  const L = layers.length;
  const [rows, columns] = [layers[0]?.left.shape[1] as number, layers[0]?.right.shape[2] as number];
  // Axes: layer, i, a, c, b, e.
  const left = reshape(concat(layers.map((layer) => layer.left)), [L, n, 1, rows, 1, 1]);
  const right = reshape(concat(layers.map((layer) => layer.right)), [L, n, 1, 1, 1, columns]);
  const terms = multiply(multiply(reshape(rule, [1, n, n, 1, n, 1]), left), right);
  return split(reshape(sum(terms, 1), [L * n * rows, n * columns]), Array<number>(L).fill(n * rows));
}
