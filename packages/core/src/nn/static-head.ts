import { ArgumentError } from '../errors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { linear } from '../ops/matmul.ts';
import { activations } from '../ops/named-activations.ts';
import { selectFirst } from '../ops/select-first.ts';
import type { Dropout } from './dropout.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { EncoderGraph } from './encoder-graph.ts';
import { linearParameters, type ParameterSpec } from './parameters.ts';

/** What the logits of a static head are computed from. */
export interface StaticHeadCall {
  readonly encoder: EncoderConfig;
  readonly graph: EncoderGraph;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
  parameter(name: string): Tensor;
}

/** The head that a family's class for classification has in Python. */
export interface StaticHead {
  /** Its modules on disk, the linear layer that gives the logits last: `['classifier.dense', 'classifier.out_proj']`. */
  readonly modules: readonly string[];
  /** Whether transformers has a class of encoder and head, so that both may lie in one file. */
  readonly isInTransformers: boolean;
  /** The activation of the flexible head of two layers that computes the same, where there is one. */
  readonly flexibleActivation?: string;
  /** Parameters of all modules but the last, under these names. */
  parameters(names: readonly string[], encoder: EncoderConfig): readonly ParameterSpec[];
  /** What the last module reads, before its dropout: `[sequences, hidden]`. */
  features(names: readonly string[], call: StaticHeadCall): Tensor;
}

export interface DenseHeadOptions {
  /** The module of the dense layer, and that of the logits. */
  readonly modules: readonly [dense: string, logits: string];
  /** Of the dense layer, by its name in transformers. */
  readonly activation: string;
  /** Whether the first token passes dropout before the dense layer; `true` by default. */
  readonly dropsInput?: boolean;
  /** `true` by default. */
  readonly isInTransformers?: boolean;
}

/** A head with a dense layer on the first token: `W₂·drop(act(W₁·drop(first) + b₁)) + b₂`. */
export function denseHead(options: DenseHeadOptions): StaticHead {
  const { modules, activation, dropsInput = true, isInTransformers = true } = options;
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
    features: ([name], { encoder, graph, dropout, parameter }) => {
      const first = selectFirst(graph.output, graph.cuSeqlens);
      const x = dropsInput ? (dropout?.apply(first, encoder.classifierDropout, 'head/0') ?? first) : first;
      return act(linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`)));
    },
  };
}
