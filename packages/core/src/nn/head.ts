import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { input } from '../graph/leaves.ts';
import type { Tensor } from '../graph/tensor.ts';
import { tanh } from '../ops/activations.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { binaryCrossEntropyWithLogits, meanSquaredError } from '../ops/losses.ts';
import { linear } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { selectFirst } from '../ops/select-first.ts';
import type { Dropout } from './dropout.ts';
import type { EncoderGraph, EncoderShape } from './encoder.ts';
import { linearParameters, type NamedTensor, type ParameterSpec } from './parameters.ts';

export type Problem =
  | 'singleLabelClassification'
  | 'regression'
  | 'multiLabelClassification'
  | 'multipleChoice';

export interface HeadCall {
  readonly encoder: EncoderShape;
  readonly graph: EncoderGraph;
  readonly dropout?: Dropout;
  parameter(name: string): Tensor;
}

/** Turns hidden states into logits, and logits into a loss. */
export interface Head {
  readonly problem: Problem;
  /** Columns of the logits: classes, labels, 1 for regression, choices for multiple choice. */
  readonly outputs: number;
  /** `heads.NAME` (flexible, 1 and 4) or `classifier` (static, dense and out_proj): the first part of its keys. */
  readonly layout: 'flexible' | 'static';
  /** What it was made from. */
  readonly options: HeadOptions;
  parameters(encoder: EncoderShape): readonly ParameterSpec[];
  /** `[sequences, outputs]`, or `[examples, choices]`. */
  logits(call: HeadCall): Tensor;
  /**
   * Mean loss over the batch, `[]`; reads the graph input `labels`.
   *
   * @param weighted rows of a single-label classification count as the graph input `labelWeights` says
   */
  loss(logits: Tensor, weighted?: boolean): Tensor;
}

export interface HeadOptions {
  readonly problem: Problem;
  /** Classes or labels; 1 for regression; choices for multiple choice. */
  readonly outputs: number;
  readonly layout: 'flexible' | 'static';
  /** Name of a flexible head, by default the task's. */
  readonly name: string;
  /**
   * What the last layer reads: a tanh layer on the first token (`dense`, of flexible heads by default), the first token
   * itself, or the encoder's pooler, as the static head of multiple choice always does.
   */
  readonly features?: HeadFeatures;
  /** One of a model's several heads: a static head's keys then begin with `heads.NAME`. */
  readonly several?: boolean;
}

/** A trained head, as it lies in a model folder. */
export interface SavedHead {
  readonly options: HeadOptions;
  /** Names of classes or labels; null for regression. */
  readonly labels: readonly string[] | null;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

export type HeadFeatures = 'dense' | 'first' | 'pooled';

/** What the last layer of a head reads. */
export function headFeatures({ layout, problem, features = 'dense' }: HeadOptions): HeadFeatures {
  return layout === 'static' && problem === 'multipleChoice' ? 'pooled' : features;
}

/** Names of a head's two linear layers, or of the only one. */
export function headLayers(options: HeadOptions): readonly string[] {
  const { layout, name, several } = options;
  const single = headFeatures(options) !== 'dense';
  if (layout === 'flexible') return single ? [`heads.${name}.1`] : [`heads.${name}.1`, `heads.${name}.4`];
  if (!several) return single ? ['classifier'] : ['classifier.dense', 'classifier.out_proj'];
  return single ? [`heads.${name}.classifier`] : [`heads.${name}.dense`, `heads.${name}.out_proj`];
}

/**
 * The reference's heads: `W₂·drop(tanh(W₁·drop(first) + b₁)) + b₂` on the first token, with one score for each
 * choice in multiple choice; the static multiple-choice head is `W·drop(pooler) + b` on the frozen pooler.
 */
export function createHead(options: HeadOptions): Head {
  const { problem, outputs, layout } = options;
  const names = headLayers(options);
  const scores = problem === 'multipleChoice' ? 1 : outputs;
  return {
    problem,
    outputs,
    layout,
    options,
    parameters: ({ hiddenSize, initializerRange }) =>
      names.flatMap((name, i) =>
        linearParameters(name, i + 1 < names.length ? hiddenSize : scores, hiddenSize, initializerRange),
      ),
    logits({ encoder, graph, dropout, parameter }) {
      const layer = (name: string | undefined, x: Tensor): Tensor =>
        linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
      const drop = (x: Tensor, name: string): Tensor =>
        dropout?.apply(x, encoder.classifierDropout, name) ?? x;
      const first = selectFirst(at(graph.hiddenStates, -1), graph.cuSeqlens);
      let features = first;
      const kind = headFeatures(options);
      if (kind === 'dense') features = tanh(layer(names[0], drop(first, 'head/0')));
      if (kind === 'pooled') {
        if (!graph.pooled) throw new ArgumentError('this head needs an encoder with a pooler');
        features = graph.pooled(first);
      }
      const logits = layer(names.at(-1), drop(features, 'head/1'));
      return problem === 'multipleChoice' ? reshape(logits, ['examples', outputs]) : logits;
    },
    loss(logits, weighted = false) {
      switch (problem) {
        case 'singleLabelClassification':
          return crossEntropy(
            logits,
            input('labels', ['sequences'], 'i32'),
            weighted ? input('labelWeights', ['sequences', 1]) : undefined,
          );
        case 'multipleChoice':
          return crossEntropy(logits, input('labels', ['examples'], 'i32'));
        case 'regression':
          return meanSquaredError(logits, input('labels', ['sequences', 1]));
        case 'multiLabelClassification':
          return binaryCrossEntropyWithLogits(logits, input('labels', ['sequences', outputs]));
      }
    },
  };
}
