import { add, type Method, type ParameterSpec, writeSafetensors } from '@scalearn/core';

/**
 * A method of one's own: to what every feed-forward block gives, a learned vector is added, `y = LN₂(h + b + x)`. It is
 * the smallest part of BitFit (Ben Zaken et al. 2022): hidden size × layers numbers.
 */
export function learnedOffset(): Method {
  const key = (layer: number): string => `offset.${layer}`;
  return {
    name: 'learned-offset',
    headLayout: 'flexible',
    // Used where `train` is not told otherwise.
    defaults: { learningRate: 1e-3, epochs: 5, patience: 5, weightDecay: 0 },
    // What trains: names are the keys in files and checkpoints.
    parameters: ({ encoder: { layers, hiddenSize } }) =>
      Array.from(
        { length: layers },
        (_, layer): ParameterSpec => ({
          name: key(layer),
          shape: [hiddenSize],
          init: { constant: 0 },
          decay: false,
        }),
      ),
    // What it does: gradients, optimiser, checkpoints and every device follow from this.
    sites: ({ parameter }) => ({
      feedForwardOutput: ({ layer, hidden, residual, norm }) =>
        norm(add(hidden, residual, parameter(key(layer)))),
    }),
    save: ({ tensors }) => ({ 'offsets.safetensors': writeSafetensors(tensors) }),
  };
}
