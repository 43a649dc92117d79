import { loraMisfit } from './lora/misfit.ts';
import type { MethodTarget } from './method.ts';
import { isSameArchitecture } from './model-json.ts';
import { isLora, type SourceAdapter } from './source.ts';

/**
 * Returns why an adapter cannot be used on an encoder, as text that follows its name. Returns undefined if its files
 * show no reason.
 */
export function adapterMisfit(
  adapter: SourceAdapter,
  target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
): string | undefined {
  if (isLora(adapter)) return loraMisfit(adapter, target);
  const { encoder, encoderFingerprint } = target;
  const { modelType, place, hiddenSize, layers, encoderFingerprint: known } = adapter;
  if (modelType !== undefined && !isSameArchitecture(modelType, encoder.modelType))
    return `was trained on an encoder of the architecture ${modelType}, this one is ${encoder.modelType}`;
  const { layerOutput } = encoder.modules;
  if (place !== undefined && place !== layerOutput && `${encoder.prefix}.${place}` !== layerOutput)
    return `was trained on another architecture: its keys begin with ${place}, those of ${encoder.modelType} with ${layerOutput}`;
  if (hiddenSize !== encoder.hiddenSize)
    return `belongs to an encoder of hidden size ${hiddenSize}, not ${encoder.hiddenSize}`;
  if (layers.length !== encoder.layers)
    return `was trained on ${layers.length} layers, not ${encoder.layers}; use as many layers of the encoder`;
  if (known !== undefined && encoderFingerprint !== undefined && known !== encoderFingerprint)
    return `was trained on another encoder (fingerprint ${known.slice(0, 12)}…, this one is ${encoderFingerprint.slice(0, 12)}…)`;
  return undefined;
}
