import { ArgumentError } from '../errors.ts';
import { linearParameters } from '../nn/parameters.ts';
import { add } from '../ops/arithmetic.ts';
import { linear } from '../ops/matmul.ts';
import { adapterKeys, adapterWidth, nonLinearity } from './adapter.ts';
import { adapterFiles, readAdapterTensors } from './adapter-files.ts';
import type { Method } from './method.ts';

export interface BottleneckOptions {
  /** Bottleneck width; by default what the reduction factor gives. */
  readonly width?: number;
  /** Hidden size over bottleneck width; 16 in the paper. */
  readonly reductionFactor?: number;
  /** `relu` (the paper's), `gelu`, `gelu_new`, `tanh` or `sigmoid`. */
  readonly nonLinearity?: string;
}

/**
 * The Pfeiffer bottleneck adapter, stage 1: after every feed-forward block, with the layer's own frozen LN₂ before
 * and after (reference/methods 1.1):
 *
 * `z = LN₂(h + x)`, `y = LN₂(up·relu(down·z + b) + c + h + x)`.
 */
export function bottleneck(options: BottleneckOptions = {}): Method {
  const { reductionFactor = 16, nonLinearity: activation = 'relu' } = options;
  if (!(reductionFactor > 0))
    throw new ArgumentError(`reductionFactor must be positive, not ${reductionFactor}`);
  const { apply } = nonLinearity(activation);
  return {
    name: 'bottleneck',
    headLayout: 'flexible',
    defaults: { learningRate: 3e-4, epochs: 30, patience: 5, weightDecay: 0 },
    parameters: ({ encoder: { layers, hiddenSize, prefix }, adapterName }) => {
      const width = options.width ?? adapterWidth(hiddenSize, reductionFactor);
      return Array.from({ length: layers }, (_, layer) => {
        const keys = adapterKeys(prefix, layer, adapterName);
        const base = (key: string): string => key.slice(0, -'.weight'.length);
        return [
          ...linearParameters(base(keys.down), width, hiddenSize, 0.02),
          ...linearParameters(base(keys.up), hiddenSize, width, 0.02),
        ];
      }).flat();
    },
    sites: ({ encoder, adapterName, parameter }) => ({
      feedForwardOutput({ layer, hidden, residual, norm }) {
        const keys = adapterKeys(encoder.prefix, layer, adapterName);
        const sum = add(hidden, residual);
        const inner = apply(linear(norm(sum), parameter(keys.down), parameter(keys.downBias)));
        return norm(add(linear(inner, parameter(keys.up), parameter(keys.upBias)), sum));
      },
    }),
    settings: { nonLinearity: activation, reductionFactor, width: options.width ?? null },
    adapter: (call) => readAdapterTensors(call, activation),
    save: (call) => {
      const factor = options.width === undefined ? { reductionFactor } : {};
      return adapterFiles(readAdapterTensors(call, activation), { ...call, ...factor });
    },
  };
}
