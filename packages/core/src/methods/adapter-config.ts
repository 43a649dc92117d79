import { ScalearnError } from '../errors.ts';
import { nonLinearity } from './adapter.ts';
import type { SaveCall } from './method.ts';
import { isName, nameCharacters } from './names.ts';

/** A folder's content that does not make a model this library understands. */
export class ModelFileError extends ScalearnError {
  override name = 'ModelFileError';
}

/** The version of the `adapters` library whose folders are written. */
const adaptersVersion = 'adapters.1.3.0';

/**
 * The Pfeiffer configuration of the `adapters` library, every key written: what a reader fills in for a missing key is
 * not Pfeiffer's (reference/formats 8).
 */
export const pfeifferConfig = {
  mh_adapter: false,
  output_adapter: true,
  original_ln_before: true,
  original_ln_after: true,
  ln_before: false,
  ln_after: false,
  init_weights: 'bert',
  init_weights_seed: null,
  is_parallel: false,
  scaling: 1.0,
  use_gating: false,
  residual_before_ln: true,
  adapter_residual_before_ln: false,
  inv_adapter: null,
  inv_adapter_reduction_factor: null,
  cross_adapter: false,
  leave_out: [],
  dropout: 0.0,
  stochastic_depth: 0.0,
  phm_layer: false,
  phm_dim: 4,
  factorized_phm_W: true,
  shared_W_phm: false,
  shared_phm_rule: true,
  factorized_phm_rule: false,
  phm_c_init: 'normal',
  phm_init_range: 0.0001,
  learn_phm: true,
  hypercomplex_nonlinearity: 'glorot-uniform',
  phm_rank: 1,
  phm_bias: true,
} as const;

/**
 * Keys whose numbers Python must read as `float`, which JavaScript writes as it writes whole ones: the `adapters`
 * library refuses a `scaling` of 1 as an unknown kind, and takes 1.0.
 */
const floats = /^( *"(?:scaling|dropout|stochastic_depth)": -?\d+)(?=,?$)/gm;

/** JSON as these libraries write it: keys sorted, indented by two. */
export function sortedJson(value: unknown): string {
  const sorted = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map(sorted);
    if (v === null || typeof v !== 'object') return v;
    return Object.fromEntries(
      Object.entries(v)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, x]) => [k, sorted(x)]),
    );
  };
  return `${JSON.stringify(sorted(value), null, 2).replace(floats, '$1.0')}\n`;
}

/** How the names of an encoder's classes begin in Python, such as `BertModel`; undefined for encoders it does not have. */
export function classFamily(modelType: string): string | undefined {
  return classFamilies.get(modelType);
}

const classFamilies: ReadonlyMap<string, string> = new Map([
  ['bert', 'Bert'],
  ['roberta', 'Roberta'],
  ['xlm-roberta', 'XLMRoberta'],
]);

/** Keys that every JSON file of a model folder has beside `config`. */
export function commonKeys({
  encoder,
  modelName,
}: Pick<SaveCall, 'encoder' | 'modelName'>): Record<string, unknown> {
  const family = classFamily(encoder.modelType);
  return {
    hidden_size: encoder.hiddenSize,
    model_class: family ? `${family}AdapterModel` : null,
    model_name: modelName,
    model_type: encoder.modelType,
    version: adaptersVersion,
  };
}

/** Settings of other adapter kinds, which compute something else than Pfeiffer's. */
const requiredSettings = [
  'mh_adapter',
  'output_adapter',
  'original_ln_before',
  'original_ln_after',
  'ln_before',
  'ln_after',
  'is_parallel',
  'use_gating',
  'residual_before_ln',
  'adapter_residual_before_ln',
  'inv_adapter',
  'cross_adapter',
  'phm_layer',
] as const satisfies readonly (keyof typeof pfeifferConfig)[];

/** What `adapter_config.json` says, checked. */
export interface AdapterConfig {
  readonly name: string;
  readonly hiddenSize: number | undefined;
  readonly nonLinearity: string;
  readonly scaling: number;
  /** What part of its weights masks keep, which lie beside it; 1 without. */
  readonly sparsity: number;
}

/**
 * Reads `adapter_config.json`.
 *
 * @param others settings that a kind of adapter has otherwise than Pfeiffer's
 * @throws ModelFileError if it is not the configuration of a Pfeiffer adapter, but for them
 */
export function parseAdapterConfig(
  text: string,
  where: string,
  others: Partial<Record<keyof typeof pfeifferConfig, boolean>> = {},
): AdapterConfig {
  const json = parseJsonObject(text, where);
  const config = json.config as Record<string, unknown> | string | undefined;
  if (config === 'pfeiffer' || config === 'seq_bn')
    return {
      name: checkAdapterName(json.name, where),
      hiddenSize: undefined,
      nonLinearity: 'relu',
      scaling: 1,
      sparsity: 1,
    };
  if (typeof config !== 'object' || config === null)
    throw new ModelFileError(`${where} holds no adapter configuration under 'config'`);
  for (const key of ['mh_adapter', 'output_adapter', 'non_linearity'])
    if (!(key in config)) throw new ModelFileError(`${where}: the configuration does not say ${key}`);
  for (const key of requiredSettings) {
    // The task adapters of AdapterHub's first year name one, but neither have nor use it.
    if (key === 'inv_adapter' && json.type === 'text_task') continue;
    // What a missing key means to the library is what Pfeiffer's says, but for this one.
    const expected = others[key] ?? pfeifferConfig[key];
    const value = key in config ? config[key] : key === 'original_ln_before' ? false : expected;
    if (value !== expected)
      throw new ModelFileError(
        `${where}: ${key} is ${JSON.stringify(value)}; only bottleneck adapters of the Pfeiffer kind (${key} ${JSON.stringify(expected)}) can be read`,
      );
  }
  const scaling = config.scaling ?? 1;
  if (typeof scaling !== 'number')
    throw new ModelFileError(
      `${where}: the scaling ${JSON.stringify(scaling)} is not a number; learned scaling cannot be read`,
    );
  const sparsity = config.sparsity ?? 1;
  if (typeof sparsity !== 'number' || !(sparsity > 0 && sparsity <= 1))
    throw new ModelFileError(
      `${where}: sparsity is ${JSON.stringify(sparsity)}; it must be null, or above 0 and at most 1`,
    );
  // Files without a version are older than the present meaning of "gelu".
  const old = new Map(
    json.version === undefined
      ? [
          ['gelu', 'gelu_new'],
          ['gelu_orig', 'gelu'],
        ]
      : [],
  );
  const written = String(config.non_linearity);
  const activation = old.get(written) ?? written;
  try {
    nonLinearity(activation);
  } catch (cause) {
    throw new ModelFileError(`${where}: ${(cause as Error).message}`, { cause });
  }
  return {
    name: checkAdapterName(json.name, where),
    hiddenSize: typeof json.hidden_size === 'number' ? json.hidden_size : undefined,
    nonLinearity: activation,
    scaling,
    sparsity,
  };
}

export function parseJsonObject(text: string, where: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelFileError(`${where} is not JSON; the file is damaged or incomplete`, { cause });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new ModelFileError(`${where} is not a JSON object`);
  return json as Record<string, unknown>;
}

/** Names become folders and keys. @throws ModelFileError for what {@link isName} does not take */
export function checkAdapterName(name: unknown, where: string): string {
  if (isName(name)) return name;
  throw new ModelFileError(`${where}: ${JSON.stringify(name)} is no name for an adapter (${nameCharacters})`);
}
