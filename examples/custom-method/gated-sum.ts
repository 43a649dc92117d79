import { type Adapter, add, linear, type Method, multiply, relu, writeSafetensors } from '@scalearn/core';

/**
 * A method of one's own: the sources' plain sum, through one learned gate per hidden unit and layer,
 * `y = LN₂(g ⊙ Σ_t up_t(z) + h + x)` with `z = LN₂(h + x)`. Unlike ScaLearn it cannot prefer a source.
 */
export function gatedSum(sources: readonly Adapter[]): Method {
  const gate = (layer: number): string => `gate.${layer}`;
  return {
    name: 'gated-sum',
    kind: 'two-stage',
    headLayout: 'flexible',
    // Used where `train` is not told otherwise.
    defaults: { learningRate: 6e-3, epochs: 12, patience: 12, weightDecay: 0 },
    // What trains: names are the keys in files and checkpoints.
    parameters: ({ encoder: { layers, hiddenSize } }) =>
      Array.from({ length: layers }, (_, layer) => {
        const init = { constant: 2 / sources.length };
        return { name: gate(layer), shape: [hiddenSize], init, decay: false };
      }),
    // What is put on the device once and stays as it is.
    frozen: ({ encoder: { hiddenSize } }) =>
      sources.flatMap(({ layers, width }, t) =>
        layers.flatMap((layer, i) => [
          { name: `${t}.${i}.down`, shape: [width, hiddenSize], values: layer.down },
          { name: `${t}.${i}.downBias`, shape: [width], values: layer.downBias },
          { name: `${t}.${i}.up`, shape: [hiddenSize, width], values: layer.up },
          { name: `${t}.${i}.upBias`, shape: [hiddenSize], values: layer.upBias },
        ]),
      ),
    // What it does: gradients, optimiser, checkpoints and every device follow from this.
    sites: ({ parameter, frozen }) => ({
      feedForwardOutput: ({ layer, hidden, residual, norm }) => {
        const total = add(hidden, residual);
        const z = norm(total);
        const outputs = sources.map((_, t) => {
          const part = (name: string) => frozen(`${t}.${layer}.${name}`);
          return linear(relu(linear(z, part('down'), part('downBias'))), part('up'), part('upBias'));
        });
        return norm(add(multiply(add(...outputs), parameter(gate(layer))), total));
      },
    }),
    save: ({ tensors }) => ({ 'gates.safetensors': writeSafetensors(tensors) }),
  };
}
