import type { Adapter, EncoderArchitecture, FileSet } from '@scalearn/core';
import {
  type JsonFields,
  jsonBoolean,
  jsonNumberIn,
  jsonOr,
  jsonOrNull,
  jsonText,
  shown,
} from '@scalearn/core/files';
import {
  adapterNameOf,
  encoderMetadata,
  modelMetadata,
  modulePath,
  type SaveCall,
  sourceFiles,
  stableStringify,
  tensorFiles,
} from '@scalearn/core/methods';
import { requireSettings } from './adapter-folder.ts';

/**
 * Returns the keys on disk of a layer's three linear maps, without `.weight` and `.bias`
 * (docs/reference/formats.md#fusion).
 */
export function fusionKeys(
  encoder: EncoderArchitecture,
  layer: number,
  names: readonly string[],
): Record<'query' | 'key' | 'value', string> {
  const base = `${modulePath(encoder, 'layerOutput', layer)}.adapter_fusion_layer.${names.join(',')}`;
  return { query: `${base}.query`, key: `${base}.key`, value: `${base}.value` };
}

/** Settings of the `adapters` library's fusion "dynamic". Other settings compute something else. */
const dynamic = {
  query: true,
  key: true,
  value: true,
  query_before_ln: false,
  residual_before: false,
  temperature: false,
  value_before_softmax: true,
} as const;

/** Settings in a fusion's folder, in addition to its tensors and sources. */
export interface FusionSettings {
  readonly dropout: number | undefined;
  readonly regularization: number;
}

export const fusionConfigFile = 'adapter_fusion_config.json';
/** Path of the fusion's tensor files, without extension. */
export const fusionWeights = 'model_adapter_fusion';

/** Returns the folder of a fusion in the `adapters` library's layout, with one folder per source. */
export function fusionFiles(
  call: SaveCall & FusionSettings & { readonly sources: readonly Adapter[] },
): FileSet {
  const { sources, dropout, regularization } = call;
  const names = sources.map(({ name }) => name);
  const config = {
    ...dynamic,
    value_initialized: true,
    regularization: regularization > 0,
    // In the library null means the default used here: the encoder's attention dropout.
    dropout_prob: dropout ?? null,
  };
  return {
    [fusionConfigFile]: stableStringify({
      ...modelMetadata(call),
      config,
      name: names.join(','),
      adapter_names: names,
      // Only this library reads this key. The order of the sources does not tell which one is the target's.
      target: call.adapterName,
      lambda_reg: regularization,
    }),
    ...tensorFiles(fusionWeights, call.tensors, encoderMetadata(call)),
    ...sourceFiles(sources, call),
  };
}

/** Additional keys of the file. Either only this library writes them, or they repeat other keys. */
export const fusionOwnKeys: readonly string[] = ['adapter_names', 'target', 'lambda_reg'];

/** Reads `adapter_fusion_config.json` of the `adapters` library or of {@link fusionFiles}. @throws ModelFileError */
export function parseFusionConfig(
  json: JsonFields,
): FusionSettings & { readonly target: string | undefined } {
  const identifier = json.raw('config');
  if (typeof identifier === 'string' && identifier !== 'dynamic')
    throw json.error(`its config is ${shown(identifier)}; only the fusion "dynamic" can be read`);
  const lambda = json.take('lambda_reg', jsonNumberIn(0, Infinity), 0.01);
  const target = json.has('target') ? adapterNameOf(json, 'target') : undefined;
  if (identifier === 'dynamic') return { target, dropout: undefined, regularization: lambda };
  const config = json.object('config');
  config.only([...Object.keys(dynamic), 'value_initialized', 'regularization', 'dropout_prob']);
  requireSettings(config, dynamic);
  config.take('value_initialized', jsonOr(jsonBoolean, jsonText), true);
  return {
    target,
    dropout: config.take('dropout_prob', jsonOrNull(jsonNumberIn(0, 1)), null) ?? undefined,
    regularization: config.take('regularization', jsonBoolean, false) ? lambda : 0,
  };
}
