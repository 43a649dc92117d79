import { ArgumentError } from '../errors.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { type Adapter, adapterKeys, adapterWidth } from './adapter.ts';
import { pfeifferConfig } from './adapter-config.ts';
import type { FileSet, SaveCall } from './method.ts';
import { modelMetadata, stableStringify } from './model-json.ts';
import { tensorFiles } from './tensor-files.ts';

/** Metadata key of adapter files: the fingerprint of the encoder that they were trained on. */
export const fingerprintKey = 'encoder_fingerprint';

/** Returns a reduction factor that the library rounds to this width: `hidden / width`, or the double below it. */
function reductionFactorFor(hiddenSize: number, width: number): number {
  let factor = hiddenSize / width;
  while (adapterWidth(hiddenSize, factor) < width) factor *= 1 - Number.EPSILON;
  return factor;
}

/** Returns an adapter's tensors by their keys, which are the names of a bottleneck method's parameters. */
export function adapterTensors(adapter: Adapter, encoder: EncoderArchitecture): Map<string, NamedTensor> {
  const { width, hiddenSize } = adapter;
  return new Map(
    adapter.layers.flatMap((layer, i): [string, NamedTensor][] => {
      const keys = adapterKeys(encoder, i, adapter.name);
      return [
        [keys.down, { shape: [width, hiddenSize], data: layer.down }],
        [keys.downBias, { shape: [width], data: layer.downBias }],
        [keys.up, { shape: [hiddenSize, width], data: layer.up }],
        [keys.upBias, { shape: [hiddenSize], data: layer.upBias }],
      ];
    }),
  );
}

/** Creates files of the `adapters` library: `adapter_config.json`, and the tensors as safetensors and torch files. */
export function adapterFiles(
  adapter: Adapter,
  call: Pick<SaveCall, 'encoder' | 'modelName'> & {
    readonly reductionFactor?: number;
    /** Additional keys of the configuration. */
    readonly config?: Readonly<Record<string, unknown>>;
  },
): FileSet {
  const { encoder, reductionFactor = reductionFactorFor(adapter.hiddenSize, adapter.width) } = call;
  const config = {
    ...pfeifferConfig,
    ...call.config,
    non_linearity: adapter.nonLinearity,
    reduction_factor: reductionFactor,
  };
  return {
    'adapter_config.json': stableStringify({ ...modelMetadata(call), config, name: adapter.name }),
    ...tensorFiles(
      'adapter',
      adapterTensors(adapter, encoder),
      adapter.encoderFingerprint ? { [fingerprintKey]: adapter.encoderFingerprint } : {},
    ),
  };
}

/** Collects an adapter from trained tensors. */
export function readAdapterTensors(
  { encoder, encoderFingerprint, adapterName, tensors }: SaveCall,
  activation: string,
): Adapter {
  const layers = Array.from({ length: encoder.layers }, (_, i) => {
    const keys = adapterKeys(encoder, i, adapterName);
    const get = (key: string): Float32Array => {
      const tensor = tensors.get(key);
      if (!tensor) throw new ArgumentError(`the trained model has no tensor '${key}'`);
      return tensor.data;
    };
    return { down: get(keys.down), downBias: get(keys.downBias), up: get(keys.up), upBias: get(keys.upBias) };
  });
  const width = layers[0]?.downBias.length ?? 0;
  const { hiddenSize } = encoder;
  return { name: adapterName, hiddenSize, width, nonLinearity: activation, layers, encoderFingerprint };
}
