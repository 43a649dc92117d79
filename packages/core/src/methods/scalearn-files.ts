import { known } from '../elements.ts';
import {
  type JsonFields,
  type JsonRule,
  jsonBoolean,
  jsonExactly,
  jsonNumber,
  jsonNumberIn,
  jsonOneOf,
} from '../files/json-fields.ts';
import type { TensorToWrite } from '../files/tensor-to-write.ts';
import type { FileSet, SaveCall } from './method.ts';
import { modelMetadata, stableStringify } from './model-json.ts';
import type { ScalearnSettings } from './scalearn-settings.ts';
import type { SourceAdapter } from './source.ts';
import { sourceFiles } from './source-files.ts';
import { tensorFiles } from './tensor-files.ts';

/** Returns the settings under the keys of the published configuration (docs/reference/formats.md#scalearn). */
function scalearnConfig(settings: ScalearnSettings): Record<string, unknown> {
  return {
    learn_omega: true,
    omega_shape: settings.vector ? 'vector' : 'scalar',
    omega_init_type: 'avg',
    omega_init_scale: settings.initScale,
    residual: true,
    dropout_ratio: settings.dropout,
    // The name is misleading: in these files a true `per_layer` means one ω shared by all layers.
    per_layer: settings.shared,
    regularization: settings.regularization > 0,
    lambda_reg: settings.regularization,
    take_mean: settings.normalization === 'mean',
    take_softmax: settings.normalization === 'softmax',
    query_before_ln: false,
  };
}

const configKeys = [
  ...['learn_omega', 'omega_shape', 'omega_init_type', 'omega_init_scale', 'residual', 'dropout_ratio'],
  ...['per_layer', 'regularization', 'lambda_reg', 'take_mean', 'take_softmax', 'query_before_ln'],
];

/** Tasks for which the reference's configurations have a constant each, for probing; null in other configurations. */
const probingTasks = [
  ...['qqp', 'mnli', 'qnli', 'cb', 'copa', 'rte', 'mrpc', 'wic', 'wsc', 'sst2', 'stsb', 'boolq'],
  ...['cola', 'multirc', 'record'],
];

/**
 * Reads a configuration that {@link scalearnConfig} or the reference wrote.
 *
 * @throws ModelFileError for settings with another computation
 */
export function parseScalearnConfig(config: JsonFields): ScalearnSettings {
  config.only([...configKeys, ...probingTasks]);
  for (const task of probingTasks) config.take(task, isNull, null);
  config.take('learn_omega', jsonExactly(true), true);
  config.take('residual', jsonExactly(true), true);
  config.take('query_before_ln', jsonExactly(false), false);
  config.take('omega_init_type', jsonOneOf(['avg']), 'avg');
  const vector = config.take('omega_shape', jsonOneOf(['vector', 'scalar']), 'vector') === 'vector';
  const shared = config.take('per_layer', jsonBoolean, false);
  const softmax = config.take('take_softmax', jsonBoolean, false);
  const mean = config.take('take_mean', jsonBoolean, false);
  if (softmax && mean)
    throw config.error('take_softmax and take_mean are both true; only one of them can be');
  const lambda = config.take('lambda_reg', jsonNumberIn(0, Infinity), 0);
  return {
    variant: `scalearn${vector ? '' : '-uniform'}${shared ? '++' : ''}`,
    vector,
    shared,
    initScale: config.take('omega_init_scale', jsonNumber, 2),
    dropout: config.take('dropout_ratio', jsonNumberIn(0, 1), 0),
    normalization: softmax ? 'softmax' : mean ? 'mean' : 'none',
    regularization: config.take('regularization', jsonBoolean, false) ? lambda : 0,
  };
}

const isNull: JsonRule<null> = {
  what: 'null: models for probing are read from files of their own',
  fits: (value) => value === null,
};

/** Creates the files of a ScaLearn model: ω, its configuration, and a folder for each source. */
export function scalearnFiles(
  call: SaveCall & {
    readonly settings: ScalearnSettings;
    readonly sources: readonly SourceAdapter[];
    readonly omegaKeys: readonly string[];
  },
): FileSet {
  const { sources, settings, omegaKeys, tensors } = call;
  const omegas = omegaKeys.map((key): [string, TensorToWrite] => [key, known(tensors, key)]);
  const name = sources.map((source) => source.name).join(',');
  return {
    'scalearn_config.json': stableStringify({
      ...modelMetadata(call),
      config: scalearnConfig(settings),
      name,
    }),
    ...tensorFiles('model_scalearn', omegas),
    ...sourceFiles(sources, call),
  };
}
