import { activations, constant, layerNorm, linear, type Tensor } from '@scalearn/core/graph';
import { linearParameters, type Pooling, type StaticHead } from '@scalearn/core/methods';

/** Options of {@link normedHead}. */
export interface NormedHeadOptions {
  /** What it reads of a text. */
  readonly pooling: Pooling;
  /** Activation of the dense layer, by its name in transformers. */
  readonly activation: string;
  /** Whether the dense layer has a bias. */
  readonly denseBias: boolean;
  /** Whether the layer norm has a bias. */
  readonly normBias: boolean;
  readonly normEpsilon: number;
}

/** A head with a dense layer and a layer norm: `W₂·drop(LN(act(W₁·x + b₁))) + b₂`. */
export function normedHead({ pooling, activation, ...options }: NormedHeadOptions): StaticHead {
  const { denseBias, normBias, normEpsilon } = options;
  const act = activations[activation] as (x: Tensor) => Tensor;
  return {
    modules: ['head', 'classifier'],
    isInTransformers: true,
    pooling,
    parameters: ([name], { hiddenSize, initializerRange }) => {
      const dense = linearParameters(`${name}.dense`, hiddenSize, hiddenSize, initializerRange);
      const norm = (part: string, value: number) => ({
        ...{ name: `${name}.norm.${part}`, shape: [hiddenSize], init: { constant: value }, decay: false },
      });
      return [
        ...dense.slice(0, denseBias ? 2 : 1),
        norm('weight', 1),
        ...(normBias ? [norm('bias', 0)] : []),
      ];
    },
    features: ([name], { input, parameter, adapt }) => {
      const bias = denseBias ? parameter(`${name}.dense.bias`) : undefined;
      const gain = parameter(`${name}.norm.weight`);
      const y = linear(input, parameter(`${name}.dense.weight`), bias);
      return layerNorm(
        act(adapt?.(`${name}.dense`, y, input) ?? y),
        gain,
        normBias ? parameter(`${name}.norm.bias`) : constant(0, gain.shape),
        normEpsilon,
      );
    },
  };
}
