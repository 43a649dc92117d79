import type { TensorToWrite } from '../files/tensor-to-write.ts';
import type { Adapter } from './adapter.ts';
import { commonKeys, sortedJson } from './adapter-config.ts';
import { adapterFiles } from './adapter-files.ts';
import type { FileSet, SaveCall } from './method.ts';
import type { ScalearnSettings } from './scalearn-settings.ts';
import { tensorFiles } from './tensor-files.ts';

/** The published configuration's keys and their meaning there (reference/formats 3). */
function scalearnConfig(settings: ScalearnSettings): Record<string, unknown> {
  return {
    learn_omega: true,
    omega_shape: settings.vector ? 'vector' : 'scalar',
    omega_init_type: 'avg',
    omega_init_scale: settings.initScale,
    residual: true,
    dropout_ratio: settings.dropout,
    // The name misleads: in these files `per_layer` true means one ω shared by all layers.
    per_layer: settings.shared,
    regularization: settings.regularisation > 0,
    lambda_reg: settings.regularisation,
    take_mean: settings.normalisation === 'mean',
    take_softmax: settings.normalisation === 'softmax',
    query_before_ln: false,
  };
}

/** Reads back what {@link scalearnConfig} wrote. */
export function parseScalearnConfig(config: Record<string, unknown>): ScalearnSettings {
  const vector = config.omega_shape !== 'scalar';
  const shared = config.per_layer === true;
  return {
    variant: `scalearn${vector ? '' : '-uniform'}${shared ? '++' : ''}` as ScalearnSettings['variant'],
    vector,
    shared,
    initScale: Number(config.omega_init_scale ?? 2),
    dropout: Number(config.dropout_ratio ?? 0),
    normalisation: config.take_softmax === true ? 'softmax' : config.take_mean === true ? 'mean' : 'none',
    regularisation: config.regularization === true ? Number(config.lambda_reg ?? 0) : 0,
  };
}

/** ω, its configuration, and a folder for each source. */
export function scalearnFiles(
  call: SaveCall & {
    readonly settings: ScalearnSettings;
    readonly sources: readonly Adapter[];
    readonly omegaKeys: readonly string[];
  },
): FileSet {
  const { sources, settings, omegaKeys, tensors } = call;
  const omegas = omegaKeys.map((key): [string, TensorToWrite] => [key, tensors.get(key) as TensorToWrite]);
  const folders = sources.flatMap((source) =>
    Object.entries(adapterFiles(source, call)).map(
      ([file, content]) => [`${source.name}/${file}`, content] as const,
    ),
  );
  const name = sources.map((source) => source.name).join(',');
  return {
    'scalearn_config.json': sortedJson({ ...commonKeys(call), config: scalearnConfig(settings), name }),
    ...tensorFiles('model_scalearn', omegas),
    ...Object.fromEntries(folders),
  };
}
