import { ia3 } from '@scalearn/baselines';
import {
  type Adapter,
  adapterKeys,
  bottleneck,
  type Method,
  type NamedTensor,
  type ScalearnVariant,
  scalearn,
  scalearnVariants,
} from '@scalearn/core';
import type { TransformerEncoder } from '@scalearn/encoders';
import type { Case } from './folder.ts';

/** The method of a case, as its file describes it. */
export type CaseMethod = (c: Case, encoder: TransformerEncoder) => Method;

/** By the method's name in case files. */
export const caseMethods: Readonly<Record<string, CaseMethod>> = {
  bottleneck: ({ file: { method } }, encoder) =>
    bottleneck({
      reductionFactor: encoder.shape.hiddenSize / (method.bottleneck as number),
      nonLinearity: method.non_linearity as string,
    }),
  ia3: () => ia3(),
  ...Object.fromEntries(scalearnVariants.map((variant) => [variant, caseScalearn])),
};

function caseScalearn(c: Case, encoder: TransformerEncoder): Method {
  const { method } = c.file;
  const normalisation = (['mean', 'softmax'] as const).find((kind) => method.normalisation?.startsWith(kind));
  return scalearn({
    sources: caseSources(c, encoder),
    variant: method.name as ScalearnVariant,
    dropout: method.omega_dropout ?? 0,
    ...(normalisation ? { normalisation } : {}),
    ...(method.regulariser ? { regularisation: method.regulariser.lambda } : {}),
  });
}

/** A source adapter from the case's weights. */
function caseAdapter(
  { file, weights }: Case,
  name: string,
  prefix: string,
  layers: number,
  hiddenSize: number,
): Adapter {
  const get = (key: string): Float32Array => (weights.get(key) as NamedTensor).data;
  return {
    name,
    hiddenSize,
    width: file.method.bottleneck as number,
    nonLinearity: file.method.non_linearity as string,
    layers: Array.from({ length: layers }, (_, i) => {
      const keys = adapterKeys(prefix, i, name);
      return {
        down: get(keys.down),
        downBias: get(keys.downBias),
        up: get(keys.up),
        upBias: get(keys.upBias),
      };
    }),
  };
}

export function caseSources(c: Case, encoder: TransformerEncoder): Adapter[] {
  const { prefix, layers, hiddenSize } = encoder.shape;
  return (c.file.adapters ?? []).map((name) => caseAdapter(c, name, prefix, layers, hiddenSize));
}
