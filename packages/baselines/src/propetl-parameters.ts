import type { EncoderArchitecture } from '@scalearn/core';
import {
  adapterKeys,
  adapterWidth,
  linearParameters,
  modulePath,
  type OptionDefinition,
  type ParameterSpec,
  reductionFactorOption,
} from '@scalearn/core/methods';

export interface PropetlOptions {
  /** Hidden size divided by the bottleneck width. Default 16, as in the paper. */
  readonly reductionFactor?: number;
  /** Fraction of the weights that a layer's masks keep. Default 0.5, as in the paper. */
  readonly sparsity?: number;
  /**
   * `trained` (default): the masks train at five times the learning rate, as the paper describes. `frozen`: the masks
   * stay as initialized, as in the released reference code
   * (docs/reference/methods.md#where-the-published-code-differs).
   */
  readonly masks?: 'trained' | 'frozen';
}

export type PropetlSettings = Required<PropetlOptions>;

/** Options of ProPETL. */
export const propetlOptions: {
  readonly reductionFactor: typeof reductionFactorOption;
  readonly sparsity: OptionDefinition<'number'> & { readonly default: number };
  readonly masks: OptionDefinition<readonly ['trained', 'frozen']> & { readonly default: 'trained' };
} = {
  reductionFactor: reductionFactorOption,
  sparsity: {
    type: 'number',
    meaning: 'fraction of the weights that masks keep',
    default: 0.5,
    range: { above: 0, below: 1 },
  },
  masks: {
    type: ['trained', 'frozen'],
    meaning: 'frozen is what the released code does',
    default: 'trained',
  },
};

/** Learning rate of the masks divided by the learning rate of the other parameters: 5e-3 / 1e-3. */
const maskRate = 5;

/** Returns the keys of a layer's scores (docs/reference/formats.md#adapter-tensors). */
export function maskKeys(
  encoder: EncoderArchitecture,
  layer: number,
  name: string,
): { readonly down: string; readonly up: string } {
  const base = `${modulePath(encoder, 'layerOutput', layer)}.adapters_mask.${name}`;
  return { down: `${base}.down_mask`, up: `${base}.up_mask` };
}

/** Returns the parameters of the adapter shared by all layers, under the keys of the first layer. */
export function sharedParameters(
  encoder: EncoderArchitecture,
  name: string,
  reductionFactor: number,
): ParameterSpec[] {
  const { hiddenSize } = encoder;
  const width = adapterWidth(hiddenSize, reductionFactor);
  const keys = adapterKeys(encoder, 0, name);
  const base = (key: string): string => key.slice(0, -'.weight'.length);
  return [
    ...linearParameters(base(keys.down), width, hiddenSize, 0.02),
    ...linearParameters(base(keys.up), hiddenSize, width, 0.02),
  ];
}

/** Returns the scores of all layers. They are uniform up to one over the square root of the number of columns. */
export function scoreParameters(
  encoder: EncoderArchitecture,
  name: string,
  { reductionFactor, masks }: PropetlSettings,
): ParameterSpec[] {
  const { layers, hiddenSize } = encoder;
  const width = adapterWidth(hiddenSize, reductionFactor);
  const scores = (key: string, rows: number, columns: number): ParameterSpec => ({
    name: key,
    shape: [rows, columns],
    init: { bound: 1 / Math.sqrt(columns) },
    decay: true,
    rate: masks === 'trained' ? maskRate : 0,
  });
  return Array.from({ length: layers }, (_, layer) => {
    const { down, up } = maskKeys(encoder, layer, name);
    return [scores(down, hiddenSize, width), scores(up, width, hiddenSize)];
  }).flat();
}
