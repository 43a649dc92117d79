import type { EncoderArchitecture } from '@scalearn/core';
import {
  adapterKeys,
  adapterWidth,
  linearParameters,
  type MethodOption,
  modulePath,
  type ParameterSpec,
  reductionFactorOption,
} from '@scalearn/core/methods';

export interface PropetlOptions {
  /** Hidden size over bottleneck width; 16 in the paper. */
  readonly reductionFactor?: number;
  /** What part of the weights a layer's masks keep; 0.5 in the paper. */
  readonly sparsity?: number;
  /**
   * `trained`, as the method intends and by default, at five times the learning rate; or `frozen`: the reference's
   * released code leaves the masks as they were drawn (docs/reference/methods.md#where-the-published-code-differs).
   */
  readonly masks?: 'trained' | 'frozen';
}

export type PropetlSettings = Required<PropetlOptions>;

/** What ProPETL is given. */
export const propetlOptions: {
  readonly reductionFactor: typeof reductionFactorOption;
  readonly sparsity: MethodOption<'number'> & { readonly default: number };
  readonly masks: MethodOption<readonly ['trained', 'frozen']> & { readonly default: 'trained' };
} = {
  reductionFactor: reductionFactorOption,
  sparsity: {
    type: 'number',
    meaning: 'part of the weights that masks keep',
    default: 0.5,
    range: { above: 0, below: 1 },
  },
  masks: {
    type: ['trained', 'frozen'],
    meaning: 'frozen is what the released code does',
    default: 'trained',
  },
};

/** The masks' learning rate over that of all else: 5e-3 over 1e-3. */
const maskRate = 5;

/** Keys of a layer's scores (docs/reference/formats.md#adapter-tensors). */
export function maskKeys(
  encoder: EncoderArchitecture,
  layer: number,
  name: string,
): { readonly down: string; readonly up: string } {
  const base = `${modulePath(encoder, 'layerOutput', layer)}.adapters_mask.${name}`;
  return { down: `${base}.down_mask`, up: `${base}.up_mask` };
}

/** The one adapter of all layers: it has the keys of the first. */
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

/** The scores of all layers, uniform to one over the root of their columns. */
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
