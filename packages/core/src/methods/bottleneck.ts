import { checkOptionNames } from '../arguments.ts';
import { ArgumentError } from '../errors.ts';
import { linearParameters } from '../nn/parameters.ts';
import { add } from '../ops/arithmetic.ts';
import { linear } from '../ops/matmul.ts';
import { adapterKeys, adapterWidth, nonLinearity } from './adapter.ts';
import { adapterFiles, readAdapterTensors } from './adapter-files.ts';
import { defineMethod, type MethodDefinition } from './definition.ts';
import type { Method } from './method.ts';
import { type OptionDefinition, settleOptions } from './option-definition.ts';

/** Limit of widths: wider than any encoder's feed-forward block. */
const largestWidth = 65536;

/** The option for hidden size divided by bottleneck width. */
export const reductionFactorOption: OptionDefinition<'number'> & { readonly default: number } = {
  type: 'number',
  meaning: 'hidden size divided by bottleneck width',
  default: 16,
  range: { above: 0 },
  flag: '--reduction-factor',
};

/** The option for common activations. {@link bottleneck} also accepts others. */
export const nonLinearityOption: OptionDefinition<readonly string[]> & { readonly default: string } = {
  type: ['relu', 'gelu', 'gelu_new', 'tanh', 'sigmoid'],
  meaning: 'activation of the bottleneck',
  default: 'relu',
};

export interface BottleneckOptions {
  /** Bottleneck width; by default derived from the reduction factor. */
  readonly width?: number;
  /** Hidden size divided by bottleneck width; 16 by default, as in the paper. */
  readonly reductionFactor?: number;
  /** Activation by the `adapters` library's name, such as `gelu` or `swish`; `relu` by default, as in the paper. */
  readonly nonLinearity?: string;
}

/**
 * Creates the Pfeiffer bottleneck adapter, stage 1. It follows every feed-forward block, with the layer's own frozen
 * LN₂ before and after it (docs/reference/methods.md#the-pfeiffer-adapter):
 *
 * `z = LN₂(h + x)`, `y = LN₂(up·relu(down·z + b) + c + h + x)`.
 */
export function bottleneck(options: BottleneckOptions = {}): Method {
  checkOptionNames('bottleneck', options, ['width', 'reductionFactor', 'nonLinearity']);
  const { width: given, nonLinearity: activation = nonLinearityOption.default } = options;
  const { reductionFactor } = settleOptions({ reductionFactor: reductionFactorOption }, options);
  if (given !== undefined && !(Number.isSafeInteger(given) && given > 0 && given <= largestWidth))
    throw new ArgumentError(`width must be a whole number from 1 to ${largestWidth}, not ${given}`);
  const { apply } = nonLinearity(activation);
  return {
    name: 'bottleneck',
    kind: 'single-task',
    headLayout: 'flexible',
    defaults: { learningRate: 3e-4, epochs: 30, patience: 5, weightDecay: 0 },
    parameters: ({ encoder, adapterName }) => {
      const { layers, hiddenSize } = encoder;
      const width = given ?? adapterWidth(hiddenSize, reductionFactor);
      if (given === undefined && options.reductionFactor !== undefined && reductionFactor > hiddenSize)
        throw new ArgumentError(
          `reductionFactor is ${reductionFactor}, but the encoder's hidden size is ${hiddenSize}; give at most that`,
        );
      if (width > largestWidth)
        throw new ArgumentError(
          `a reductionFactor of ${reductionFactor} makes a bottleneck of width ${width}; at most ${largestWidth} is possible`,
        );
      return Array.from({ length: layers }, (_, layer) => {
        const keys = adapterKeys(encoder, layer, adapterName);
        const base = (key: string): string => key.slice(0, -'.weight'.length);
        return [
          ...linearParameters(base(keys.down), width, hiddenSize, 0.02),
          ...linearParameters(base(keys.up), hiddenSize, width, 0.02),
        ];
      }).flat();
    },
    sites: ({ encoder, adapterName, parameter }) => ({
      feedForwardOutput({ layer, hidden, residual, norm }) {
        const keys = adapterKeys(encoder, layer, adapterName);
        const sum = add(hidden, residual);
        const inner = apply(linear(norm(sum), parameter(keys.down), parameter(keys.downBias)));
        return norm(add(linear(inner, parameter(keys.up), parameter(keys.upBias)), sum));
      },
    }),
    settings: { nonLinearity: activation, reductionFactor, width: given ?? null },
    adapter: (call) => readAdapterTensors(call, activation),
    save: (call) => {
      const factor = given === undefined ? { reductionFactor } : {};
      return adapterFiles(readAdapterTensors(call, activation), { ...call, ...factor });
    },
  };
}

/** The definition of {@link bottleneck}. */
export const bottleneckMethod: MethodDefinition = defineMethod({
  id: 'bottleneck',
  title: 'Adapter',
  summary: 'an adapter: the sources of stage 2',
  kind: 'single-task',
  reference: {
    paper: 'Pfeiffer et al. 2021, arXiv 2005.00247',
    equation: 'y = LN₂(up(z) + h + x)',
    file: 'core/src/methods/bottleneck.ts',
  },
  trains: {
    what: 'D, b, U, c of each layer',
    where: 'after the feed-forward block',
    count: 'L(2dm + m + d)',
  },
  options: { reductionFactor: reductionFactorOption, nonLinearity: nonLinearityOption },
  make: (_, values) => bottleneck(values),
});
