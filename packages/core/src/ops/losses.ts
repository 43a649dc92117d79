import type { Tensor } from '../graph/tensor.ts';
import { mean, square, subtract } from './arithmetic.ts';
import { elementwise } from './elementwise.ts';

/** Mean squared error over all entries, `[]`. */
export function meanSquaredError(predictions: Tensor, targets: Tensor): Tensor {
  return mean(square(subtract(predictions, targets)));
}

/**
 * Binary cross-entropy with logits, mean over all entries, `[]`: `log(1 + e^x) - x·y`. Its gradient with respect to x
 * is `sigmoid(x) - y` divided by the number of entries.
 */
export function binaryCrossEntropyWithLogits(logits: Tensor, targets: Tensor): Tensor {
  return mean(elementwise('binaryCrossEntropy', [logits, targets], (x, y) => x.softplus().minus(x.times(y))));
}
