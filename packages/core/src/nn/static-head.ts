import { ArgumentError } from '../errors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { linear } from '../ops/matmul.ts';
import { activations } from '../ops/named-activations.ts';
import type { Dropout } from './dropout.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { linearParameters, type ParameterSpec } from './parameters.ts';

/** What a head reads of a text: its first token, or the mean of all its tokens. */
export const poolings = ['first', 'mean'] as const;
export type Pooling = (typeof poolings)[number];

/** The arguments from which a static head computes its logits. */
export interface StaticHeadCall {
  /** The sizes of the encoder. */
  readonly encoder: EncoderConfig;
  /** What the head reads of every sequence: its first token, or the mean of its tokens, `[sequences, hidden]`. */
  readonly input: Tensor;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
  /** Returns a parameter by its name. */
  parameter(name: string): Tensor;
  /** Changes the output of a linear layer with its path on disk; absent if they stay unchanged. */
  adapt?(path: string, output: Tensor, input: Tensor): Tensor;
}

/** The head of a family's Python class for sequence classification. */
export interface StaticHead {
  /** Its modules on disk. The last one computes the logits: `['classifier.dense', 'classifier.out_proj']`. */
  readonly modules: readonly string[];
  /** Whether transformers has a class of encoder and head, so that one file can contain both. */
  readonly isInTransformers: boolean;
  /** What the head reads if nothing else is asked for; `first` by default. */
  readonly pooling?: Pooling;
  /** Activation of the equivalent flexible head of two layers; absent if there is none. */
  readonly flexibleActivation?: string;
  /** Returns the parameters of all modules except the last, under these names. */
  parameters(names: readonly string[], encoder: EncoderConfig): readonly ParameterSpec[];
  /** Computes the input of the last module, before its dropout: `[sequences, hidden]`. */
  features(names: readonly string[], call: StaticHeadCall): Tensor;
}

export interface DenseHeadOptions {
  /** The modules of the dense layer and of the logits. */
  readonly modules: readonly [dense: string, logits: string];
  /** Activation of the dense layer, by its name in transformers. */
  readonly activation: string;
  /** Dropout probability of the input of the dense layer; the classifier's by default. */
  readonly inputDropout?: number;
  /** See {@link StaticHead.isInTransformers}; `true` by default. */
  readonly isInTransformers?: boolean;
}

/** Creates a head with a dense layer on its input x: `W₂·drop(act(W₁·drop(x) + b₁)) + b₂`. */
export function denseHead(options: DenseHeadOptions): StaticHead {
  const { modules, activation, inputDropout, isInTransformers = true } = options;
  const act = Object.hasOwn(activations, activation) ? activations[activation] : undefined;
  if (!act)
    throw new ArgumentError(
      `the head's activation '${activation}' is not known; known are ${Object.keys(activations).join(', ')}`,
    );
  return {
    modules,
    isInTransformers,
    flexibleActivation: activation,
    parameters: ([name = ''], { hiddenSize, initializerRange }) =>
      linearParameters(name, hiddenSize, hiddenSize, initializerRange),
    features: ([name = ''], { encoder, input, dropout, parameter, adapt }) => {
      const x = dropout?.apply(input, inputDropout ?? encoder.classifierDropout, 'head/0') ?? input;
      const y = linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
      return act(adapt?.(name, y, x) ?? y);
    },
  };
}
