import { type Adapter, ArgumentError, adapterFiles, type FileSet } from '@scalearn/core';
import { writeSafetensors } from '@scalearn/core/files';
import { largestMask } from '@scalearn/core/graph';
import { type AdapterLayer, adapterKeys, encoderMetadata, type SaveCall } from '@scalearn/core/methods';
import { maskKeys, type PropetlSettings } from './propetl-parameters.ts';

/** The scores of all masks. The masks are computed from them, and training can resume. */
export const scoresFile = 'adapter_mask.safetensors';

/**
 * Returns the folder in the reference's layout (docs/reference/formats.md#adapter-tensors): the shared adapter under
 * the keys of every layer, and the scores of the masks. Without the masks the adapter computes something else. The key
 * `sparsity` tells that there are masks.
 */
export function propetlFiles(call: SaveCall, settings: PropetlSettings): FileSet {
  const { reductionFactor, sparsity, masks } = settings;
  const { encoder, adapterName, tensors } = call;
  const adapter = adapterOf(call, Array<AdapterLayer>(encoder.layers).fill(sharedLayer(call)));
  const scores = Array.from({ length: encoder.layers }, (_, layer) =>
    Object.values(maskKeys(encoder, layer, adapterName)),
  ).flat();
  return {
    ...adapterFiles(adapter, { ...call, reductionFactor, config: { sparsity, masks } }),
    [scoresFile]: writeSafetensors(
      [...tensors].filter(([key]) => scores.includes(key)),
      encoderMetadata(call),
    ),
  };
}

/** Returns an ordinary adapter with the masks applied. Every layer has its own weights. */
export function mergePropetl(call: SaveCall, { sparsity }: PropetlSettings): Adapter {
  const { encoder, adapterName } = call;
  const shared = sharedLayer(call);
  const layers = Array.from({ length: encoder.layers }, (_, layer) => {
    const keys = maskKeys(encoder, layer, adapterName);
    const { hiddenSize } = encoder;
    return {
      ...shared,
      down: masked(shared.down, valuesOf(call, keys.down), hiddenSize, sparsity),
      up: masked(shared.up, valuesOf(call, keys.up), shared.downBias.length, sparsity),
    };
  });
  return adapterOf(call, layers);
}

/** Returns `W ⊙ M(s)ᵀ`, W `[out, in]`, s `[in, out]`. */
function masked(weight: Float32Array, scores: Float32Array, inputs: number, keep: number): Float32Array {
  const mask = largestMask(scores, keep);
  const outputs = weight.length / inputs;
  return weight.map((value, i) => value * (mask[(i % inputs) * outputs + Math.floor(i / inputs)] as number));
}

function adapterOf(
  { encoder, encoderFingerprint, adapterName }: SaveCall,
  layers: readonly AdapterLayer[],
): Adapter {
  return {
    name: adapterName,
    hiddenSize: encoder.hiddenSize,
    width: layers[0]?.downBias.length ?? 0,
    nonLinearity: 'relu',
    layers,
    ...(encoderFingerprint ? { encoderFingerprint } : {}),
  };
}

function sharedLayer(call: SaveCall): AdapterLayer {
  const keys = adapterKeys(call.encoder, 0, call.adapterName);
  return {
    down: valuesOf(call, keys.down),
    downBias: valuesOf(call, keys.downBias),
    up: valuesOf(call, keys.up),
    upBias: valuesOf(call, keys.upBias),
  };
}

function valuesOf({ tensors }: SaveCall, key: string): Float32Array {
  const tensor = tensors.get(key);
  if (!tensor) throw new ArgumentError(`the trained model has no tensor '${key}'`);
  return tensor.data;
}
