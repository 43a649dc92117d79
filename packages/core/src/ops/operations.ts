// All public operations for graphs. The repository's tests with random graphs cover this list.
export { gelu, geluTanh, relu, sigmoid, tanh } from './activations.ts';
export { add, constant, divide, exp, mean, multiply, scale, square, subtract, sum } from './arithmetic.ts';
export { attention } from './attention.ts';
export { concat, split } from './concat.ts';
export { crossEntropy } from './cross-entropy.ts';
export { dropout } from './dropout.ts';
export { broadcastTo, elementwise } from './elementwise.ts';
export { embedding } from './embedding.ts';
export { layerNorm } from './layer-norm.ts';
export { binaryCrossEntropyWithLogits, meanSquaredError } from './losses.ts';
export { linear, matmul } from './matmul.ts';
export { pack, view } from './pack.ts';
export { reshape } from './reshape.ts';
export { selectFirst } from './select-first.ts';
export { selectTokens } from './select-tokens.ts';
export { softmax } from './softmax.ts';
export { topMask } from './top-mask.ts';
export { transpose } from './transpose.ts';
