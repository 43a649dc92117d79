import {
  type Adapter,
  checkAdapterName,
  commonKeys,
  encoderMetadata,
  type FileSet,
  ModelFileError,
  parseJsonObject,
  type SaveCall,
  sortedJson,
  tensorFiles,
} from '@scalearn/core';
import { requireSettings } from './adapter-folder.ts';
import { sourceFiles } from './source-files.ts';

/** Keys on disk of a layer's three linear maps, but for `.weight` and `.bias` (reference/formats 2). */
export function fusionKeys(
  prefix: string,
  layer: number,
  names: readonly string[],
): Record<'query' | 'key' | 'value', string> {
  const base = `${prefix}.encoder.layer.${layer}.output.adapter_fusion_layer.${names.join(',')}`;
  return { query: `${base}.query`, key: `${base}.key`, value: `${base}.value` };
}

/** What makes a fusion of the `adapters` library a "dynamic" one; others compute something else. */
const dynamic = {
  query: true,
  key: true,
  value: true,
  query_before_ln: false,
  residual_before: false,
  temperature: false,
  value_before_softmax: true,
} as const;

/** What a fusion's folder says beside its tensors and sources. */
export interface FusionSettings {
  readonly dropout: number | undefined;
  readonly regularisation: number;
}

export const fusionConfigFile = 'adapter_fusion_config.json';
/** Common path of its tensor files. */
export const fusionWeights = 'model_adapter_fusion';

/** A folder of the `adapters` library's fusion, and in it one for each source. */
export function fusionFiles(
  call: SaveCall & FusionSettings & { readonly sources: readonly Adapter[] },
): FileSet {
  const { sources, dropout, regularisation } = call;
  const names = sources.map(({ name }) => name);
  const config = {
    ...dynamic,
    value_initialized: true,
    regularization: regularisation > 0,
    // The library's meaning of null is the default here: the encoder's dropout on attention.
    dropout_prob: dropout ?? null,
  };
  return {
    [fusionConfigFile]: sortedJson({
      ...commonKeys(call),
      config,
      name: names.join(','),
      adapter_names: names,
      // Known to this library only. Which source is the target's cannot be told from their order.
      target: call.adapterName,
      lambda_reg: regularisation,
    }),
    ...tensorFiles(fusionWeights, call.tensors, encoderMetadata(call)),
    ...sourceFiles(sources, call),
  };
}

/** Reads `adapter_fusion_config.json`, the library's or {@link fusionFiles}'. @throws ModelFileError */
export function parseFusionConfig(
  text: string,
  where: string,
): FusionSettings & { readonly names: unknown; readonly target: string | undefined } {
  const { config, name, target, lambda_reg: lambda = 0.01 } = parseJsonObject(text, where);
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new ModelFileError(`${where} holds no configuration of a fusion under 'config'`);
  const { regularization, dropout_prob: dropout = null } = config as Record<string, unknown>;
  requireSettings({ name: '', config: config as Record<string, unknown>, where }, dynamic);
  if (dropout !== null && typeof dropout !== 'number')
    throw new ModelFileError(`${where}: dropout_prob is ${JSON.stringify(dropout)}, which is no number`);
  if (typeof lambda !== 'number')
    throw new ModelFileError(`${where}: lambda_reg is ${JSON.stringify(lambda)}, which is no number`);
  return {
    names: name,
    target: target === undefined ? undefined : checkAdapterName(target, where),
    dropout: dropout ?? undefined,
    regularisation: regularization === true ? lambda : 0,
  };
}
