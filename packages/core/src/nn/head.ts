import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { input } from '../graph/leaves.ts';
import type { Tensor } from '../graph/tensor.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { binaryCrossEntropyWithLogits, meanSquaredError } from '../ops/losses.ts';
import { linear } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { selectFirst } from '../ops/select-first.ts';
import { sequenceMean } from '../ops/sequence-mean.ts';
import type { EncoderArchitecture, LinearLayers } from './architecture.ts';
import type { EncoderGraph } from './encoder-graph.ts';
import { linearParameters, type NamedTensor, type ParameterSpec } from './parameters.ts';
import { denseHead, type Pooling, type StaticHead, type StaticHeadCall } from './static-head.ts';

export type Problem =
  | 'singleLabelClassification'
  | 'regression'
  | 'multiLabelClassification'
  | 'multipleChoice';

export interface HeadCall extends Omit<StaticHeadCall, 'input'> {
  readonly encoder: EncoderArchitecture;
  /** The output of the encoder. */
  readonly graph: EncoderGraph;
}

/** Computes logits from hidden states, and the loss from logits. */
export interface Head extends Pick<HeadOptions, 'problem' | 'outputs' | 'layout'> {
  /** The options it was created with. */
  readonly options: HeadOptions;
  /** Returns the parameters of the head for an encoder. */
  parameters(encoder: EncoderArchitecture): readonly ParameterSpec[];
  /** Computes the logits: `[sequences, outputs]`, or `[examples, choices]` for multiple choice. */
  logits(call: HeadCall): Tensor;
  /**
   * Computes the mean loss over the batch, `[]`. It reads the graph input `labels`.
   *
   * @param weighted whether rows of single-label classification are weighted by the graph input `labelWeights`
   */
  loss(logits: Tensor, weighted?: boolean): Tensor;
}

export interface HeadOptions {
  /** What the labels are. */
  readonly problem: Problem;
  /** Columns of the logits: classes, labels, 1 for regression, choices for multiple choice. */
  readonly outputs: number;
  /** `flexible`: has its own keys, `heads.NAME.1` and `heads.NAME.4`. `static`: the encoder's own head. */
  readonly layout: 'flexible' | 'static';
  /** Name of a flexible head; by default the task's name. */
  readonly name: string;
  /**
   * The input of the last layer: a dense layer (the default; for static heads the encoder's own), the first token, or
   * the encoder's pooler, which the static head of multiple choice uses if the encoder has one.
   */
  readonly features?: HeadFeatures;
  /** What the head reads of a text; by default what {@link defaultPooling} returns. */
  readonly pooling?: Pooling;
  /** Activation of the dense layer of a flexible head; `tanh` by default. */
  readonly activation?: string;
  /** Whether the model has several heads; false by default. The keys of a static head then begin with `heads.NAME`. */
  readonly several?: boolean;
}

/** A trained head, as stored in a model folder. */
export interface SavedHead {
  /** The options that the head is created with. */
  readonly options: HeadOptions;
  /** Names of classes or labels; null for regression. */
  readonly labels: readonly string[] | null;
  /** The parameters, by their keys on disk. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

export type HeadFeatures = 'dense' | 'first' | 'pooled';

/** Returns the input of a head's last layer. */
export function headFeatures(
  { layout, problem, features = 'dense' }: HeadOptions,
  { modules }: EncoderArchitecture,
): HeadFeatures {
  const hasPooler = modules.pooler !== undefined;
  return layout === 'static' && problem === 'multipleChoice' && hasPooler ? 'pooled' : features;
}

/**
 * Returns whether the class of transformers for sequence classification reads the encoder's pooler, instead of a dense
 * layer of its head.
 */
export function usesPooler({ staticHead, modules }: EncoderArchitecture): boolean {
  return modules.pooler !== undefined && !staticHead.isInTransformers;
}

/**
 * Returns the linear layers, with their paths on disk, of the head of the class of transformers for sequence
 * classification, except the one that computes the logits.
 */
export function headLinears(encoder: EncoderArchitecture): readonly LinearLayers[] {
  if (usesPooler(encoder)) return [];
  const { staticHead } = encoder;
  const specs = staticHead.parameters(staticHead.modules, encoder);
  return specs.flatMap(({ name, shape: [outputs = 0, inputs] }) => {
    if (inputs === undefined) return [];
    const path = name.replace(/\.weight$/, '');
    return [{ path, inputs, outputs, hasBias: specs.some((other) => other.name === `${path}.bias`) }];
  });
}

/** Returns what a head reads of a text by default: for a static head what the encoder's own head reads, else `first`. */
export function defaultPooling(
  { layout }: Pick<HeadOptions, 'layout'>,
  { staticHead }: Pick<EncoderArchitecture, 'staticHead'>,
): Pooling {
  return (layout === 'static' ? staticHead.pooling : undefined) ?? 'first';
}

/** Returns the modules of a head by the first parts of their keys. The last module computes the logits. */
export function headModules(options: HeadOptions, encoder: EncoderArchitecture): readonly string[] {
  const { layout, name, several } = options;
  const single = headFeatures(options, encoder) !== 'dense';
  if (layout === 'flexible') return single ? [`heads.${name}.1`] : [`heads.${name}.1`, `heads.${name}.4`];
  const modules = single ? ['classifier'] : encoder.staticHead.modules;
  return several ? modules.map((module) => `heads.${name}.${module.replace(/^classifier\./, '')}`) : modules;
}

const flexibleHead = ({ activation = 'tanh' }: HeadOptions): StaticHead =>
  denseHead({ modules: ['1', '4'], activation });

/**
 * Creates a head of the reference: `W₂·drop(act(W₁·drop(x) + b₁)) + b₂` on the first token or the mean of all tokens, or
 * the encoder's own head. Multiple choice has one score for each choice. Its static head is `W·drop(pooler) + b` on the frozen pooler, if
 * the encoder has one.
 */
export function createHead(options: HeadOptions): Head {
  const { problem, outputs, layout } = options;
  const scores = problem === 'multipleChoice' ? 1 : outputs;
  const dense = (encoder: EncoderArchitecture): StaticHead =>
    layout === 'static' ? encoder.staticHead : flexibleHead(options);
  const readFeatures = (call: HeadCall, names: readonly string[]): Tensor => {
    const { encoder, graph } = call;
    const kind = headFeatures(options, encoder);
    const pooling = options.pooling ?? defaultPooling(options, encoder);
    const pool = pooling === 'mean' ? sequenceMean : selectFirst;
    const pooled = pool(graph.output, graph.cuSeqlens);
    if (kind === 'dense') return dense(encoder).features(names, { ...call, input: pooled });
    if (kind === 'first') return pooled;
    if (!graph.pooled) throw new ArgumentError('this head needs an encoder with a pooler');
    if (pooling !== 'first')
      throw new ArgumentError("the encoder's pooler reads the first token; leave out the pooling 'mean'");
    return graph.pooled(pooled);
  };
  return {
    problem,
    outputs,
    layout,
    options,
    parameters(encoder) {
      const { hiddenSize, initializerRange } = encoder;
      const names = headModules(options, encoder);
      const isDense = headFeatures(options, encoder) === 'dense';
      return [
        ...(isDense ? dense(encoder).parameters(names, encoder) : []),
        ...linearParameters(at(names, -1), scores, hiddenSize, initializerRange),
      ];
    },
    logits(call) {
      const { encoder, dropout, parameter } = call;
      const names = headModules(options, encoder);
      const name = at(names, -1);
      const features = readFeatures(call, names);
      const x = dropout?.apply(features, encoder.classifierDropout, 'head/1') ?? features;
      const logits = linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`));
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
