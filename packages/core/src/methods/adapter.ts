import { ArgumentError } from '../errors.ts';
import { shown } from '../files/shown.ts';
import type { Tensor } from '../graph/tensor.ts';
import { type EncoderArchitecture, modulePath } from '../nn/architecture.ts';
import { constant } from '../ops/arithmetic.ts';
import { constantValue } from '../ops/elementwise.ts';
import { activations } from '../ops/named-activations.ts';

/** One layer of a bottleneck adapter: `up·act(down·z + downBias) + upBias`. */
export interface AdapterLayer {
  /** `[width, hidden]`. */
  readonly down: Float32Array;
  /** `[width]`. */
  readonly downBias: Float32Array;
  /** `[hidden, width]`. */
  readonly up: Float32Array;
  /** `[hidden]`. */
  readonly upBias: Float32Array;
}

/** A trained bottleneck adapter (Pfeiffer: after the feed-forward block only). */
export interface Adapter {
  /** Name of the adapter, which is part of its keys on disk. */
  readonly name: string;
  /** Hidden size of the encoder. */
  readonly hiddenSize: number;
  /** Number of units of the bottleneck, the same in all layers. */
  readonly width: number;
  /** Activation, by the `adapters` library's name. */
  readonly nonLinearity: string;
  /** The layers, from the first. */
  readonly layers: readonly AdapterLayer[];
  /** Fingerprint of the encoder it was trained on, if known. */
  readonly encoderFingerprint?: string;
  /** Architecture of the encoder it was trained on, such as `roberta`, if its files contain it. */
  readonly modelType?: string;
  /**
   * Module path of the adapter in each layer, from the keys of its files: `bert.encoder.layer.*.output`; absent if it
   * was not read from files.
   */
  readonly place?: string;
  /** Indices of layers without an adapter in its files. Here they have one that adds nothing. */
  readonly leftOut?: readonly number[];
  /**
   * Warnings about properties that could not be checked, because its files do not contain them; absent if there are
   * none.
   */
  readonly warnings?: readonly string[];
}

/** Returns an activation by the `adapters` library's name, with its value at 1. @throws ArgumentError if unknown */
export function nonLinearity(name: string): { apply(x: Tensor): Tensor; readonly atOne: number } {
  const apply = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (!apply)
    throw new ArgumentError(
      `the adapter non-linearity ${shown(name)} is not known; known are ${Object.keys(activations).join(', ')}`,
    );
  // An activation of a constant is a constant.
  return { apply, atOne: constantValue(apply(constant(1, []))) ?? Number.NaN };
}

/** Returns the keys of an adapter's tensors in one layer (docs/reference/formats.md#adapter-tensors). */
export function adapterKeys(
  encoder: EncoderArchitecture,
  layer: number,
  name: string,
): Record<keyof AdapterLayer, string> {
  const base = `${modulePath(encoder, 'layerOutput', layer)}.adapters.${name}`;
  return {
    down: `${base}.adapter_down.0.weight`,
    downBias: `${base}.adapter_down.0.bias`,
    up: `${base}.adapter_up.weight`,
    upBias: `${base}.adapter_up.bias`,
  };
}

/**
 * Returns the bottleneck width for a reduction factor. The `adapters` library rounds it with Python's `//`, which
 * rounds the exact quotient down. The double 0.8 is slightly larger than 4/5, so 128 // 0.8 is 159.
 */
export function adapterWidth(hiddenSize: number, reductionFactor: number): number {
  // The remainder is exact. After subtracting it, the quotient is a whole number up to rounding.
  return Math.max(1, Math.round((hiddenSize - (hiddenSize % reductionFactor)) / reductionFactor));
}
