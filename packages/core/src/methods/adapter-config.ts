import { ArgumentError } from '../errors.ts';
import { ModelFileError } from '../files/errors.ts';
import {
  JsonFields,
  type JsonRule,
  jsonBoolean,
  jsonCount,
  jsonList,
  jsonNumber,
  jsonNumberIn,
  jsonObject,
  jsonOr,
  jsonOrNull,
  jsonRecord,
  jsonText,
} from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';
import { nonLinearity } from './adapter.ts';
import { kindOfAdapter, kindOfIdentifier, kindOfPeft } from './adapter-kind.ts';
import { type FileTarget, modelMetadataKeys, readModelMetadata } from './model-json.ts';
import { isName, nameCharacters } from './names.ts';

/**
 * The Pfeiffer configuration of the `adapters` library. Every key is written, because the library's defaults for
 * missing keys are not Pfeiffer's (docs/reference/formats.md#the-adapters-library).
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

/** Settings whose other values belong to other adapter kinds and change the computation. */
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

/** Limit of layers: more than any encoder has. */
const mostLayers = 1000;

/** Settings that do not change the computation: those of training, and those of features that are turned off. */
const harmless: Readonly<Record<string, JsonRule<unknown>>> = {
  init_weights: jsonText,
  init_weights_seed: jsonOrNull(jsonNumber),
  dropout: jsonNumberIn(0, 1),
  stochastic_depth: jsonOrNull(jsonNumberIn(0, 1)),
  inv_adapter_reduction_factor: jsonOrNull(jsonNumber),
  phm_dim: jsonNumber,
  factorized_phm_W: jsonBoolean,
  shared_W_phm: jsonBoolean,
  shared_phm_rule: jsonBoolean,
  factorized_phm_rule: jsonBoolean,
  phm_c_init: jsonText,
  phm_init_range: jsonNumber,
  learn_phm: jsonBoolean,
  hypercomplex_nonlinearity: jsonText,
  phm_rank: jsonNumber,
  phm_bias: jsonBoolean,
  // From AdapterHub's first year: settings of fusion, and of a norm that no adapter has.
  attention_type: jsonOrNull(jsonText),
  new_attention_norm: { what: 'false', fits: (value): value is false => value === false },
};

/** All keys of `config` that are read, or do not change the computation. `masks` is specific to this library. */
const knownSettings: readonly string[] = [
  ...requiredSettings,
  ...Object.keys(harmless),
  ...['architecture', 'non_linearity', 'reduction_factor', 'scaling', 'leave_out', 'invertible_adapter'],
  ...['omega', 'sparsity', 'masks'],
];

/** Hidden size divided by bottleneck width: one number, or a number by layer index with a `default` for the others. */
export type ReductionFactors = number | Readonly<Record<string, number>>;

/** The checked content of `adapter_config.json`. */
export interface AdapterConfig extends FileTarget {
  /** Name of the adapter. */
  readonly name: string;
  /** Activation, by the current name in the `adapters` library. */
  readonly nonLinearity: string;
  /** Factor of the adapter's output. */
  readonly scaling: number;
  /** Fraction of the weights that the masks keep; 1 without masks. The masks are in files of their own. */
  readonly sparsity: number;
  /** Factor that a probe applies to the adapter; 1 without a probe. */
  readonly omega: number;
  /** Hidden size divided by bottleneck width. */
  readonly reductionFactor: ReductionFactors;
  /** Indices of layers without an adapter. */
  readonly leaveOut: readonly number[];
  /** This library's name for the origin of the masks; undefined in files of other programs. */
  readonly masks: string | undefined;
}

/**
 * Reads `adapter_config.json`.
 *
 * @param others settings of an adapter kind that differ from Pfeiffer's
 * @throws ModelFileError that names the kind if, apart from `others`, it is not the configuration of a Pfeiffer adapter
 */
export function parseAdapterConfig(
  text: string,
  where: string,
  others: Partial<Record<keyof typeof pfeifferConfig, boolean>> = {},
): AdapterConfig {
  const json = JsonFields.parse(text, where);
  const identifier = json.raw('config');
  if (typeof identifier === 'string') return namedConfig(json, identifier);
  if (json.raw('peft_type') === 'LORA')
    throw json.error(
      'it is a LoRA of the PEFT library, not a bottleneck adapter; readSourceFolder reads both',
    );
  if (json.has('peft_type'))
    throw json.error(
      `it is an adapter of the PEFT library, of the kind ${kindOfPeft(json.raw('peft_type'))} (peft_type), which cannot be read; ` +
        'only plain LoRAs of it can be (peft_type LORA), and bottleneck adapters of the Pfeiffer kind, which the adapters library trains',
    );
  if (!json.has('config')) throw json.error("it has no adapter configuration under 'config'");
  const config = json.object('config');
  checkKind(json, config, others);
  json.only([...modelMetadataKeys, 'type']);
  config.only(knownSettings);
  for (const [key, rule] of Object.entries(harmless)) config.take(key, rule, undefined);
  const scaling = config.raw('scaling') ?? 1;
  if (typeof scaling === 'string')
    throw json.error(`the scaling ${shown(scaling)} is not a number; learned scaling cannot be read`);
  const fraction = 'above 0 and at most 1';
  const sparsity = config.take(
    'sparsity',
    jsonOrNull({
      what: fraction,
      fits: (value): value is number => jsonNumber.fits(value) && value > 0 && value <= 1,
    }),
    null,
  );
  return {
    ...readModelMetadata(json),
    name: adapterNameOf(json),
    nonLinearity: readNonLinearity(json, config),
    scaling: config.take('scaling', jsonNumber, 1),
    sparsity: sparsity ?? 1,
    omega: config.take('omega', jsonOrNull(jsonNumber), null) ?? 1,
    reductionFactor: config.get('reduction_factor', jsonOr(positive, jsonRecord(positive))),
    leaveOut: [...new Set(config.take('leave_out', jsonList(jsonCount(0, mostLayers)), []))],
    masks: config.take('masks', jsonText, undefined),
  };
}

const positive: JsonRule<number> = {
  what: 'a number above 0',
  fits: (value): value is number => jsonNumber.fits(value) && value > 0,
};

/** Returns a configuration that the file gives by a name of the library. */
function namedConfig(json: JsonFields, identifier: string): AdapterConfig {
  const kind = kindOfIdentifier(identifier);
  if (kind !== 'bottleneck')
    throw json.error(
      `its config is ${shown(identifier)}, an adapter of the kind ${kind}; only bottleneck adapters of the Pfeiffer kind can be read`,
    );
  json.only([...modelMetadataKeys, 'type']);
  return {
    ...readModelMetadata(json),
    name: adapterNameOf(json),
    nonLinearity: 'relu',
    scaling: 1,
    sparsity: 1,
    omega: 1,
    reductionFactor: 16,
    leaveOut: [],
    masks: undefined,
  };
}

/** Refuses all other kinds by name. */
function checkKind(
  json: JsonFields,
  config: JsonFields,
  others: Partial<Record<keyof typeof pfeifferConfig, boolean>>,
): void {
  const refused = (what: string): Error =>
    json.error(
      `it is an adapter of the kind ${kindOfAdapter(config)}: ${what}; only bottleneck adapters of the Pfeiffer kind can be read`,
    );
  const architecture = config.raw('architecture') ?? null;
  if (architecture !== null && architecture !== 'bottleneck')
    throw refused(`architecture is ${shown(architecture)}`);
  for (const key of ['mh_adapter', 'output_adapter', 'non_linearity', 'reduction_factor'])
    if (!config.has(key)) throw json.error(`the configuration has no ${key}`);
  // Task adapters of AdapterHub's first year name an invertible adapter, but neither have nor use one.
  const namesInvertible = json.raw('type') === 'text_task';
  for (const key of requiredSettings) {
    if (key === 'inv_adapter' && namesInvertible) continue;
    // The library's defaults for missing keys are Pfeiffer's values, except for this key.
    const expected = others[key] ?? pfeifferConfig[key];
    const value = config.has(key) ? config.raw(key) : key === 'original_ln_before' ? false : expected;
    if (value !== expected) throw refused(`${key} is ${shown(value)} and must be ${shown(expected)}`);
  }
  const invertible = config.take('invertible_adapter', jsonOrNull(jsonObject), null);
  if (invertible !== null && !namesInvertible) throw refused('it has an invertible_adapter');
}

function readNonLinearity(json: JsonFields, config: JsonFields): string {
  // Files without a version predate the current meaning of "gelu".
  const old = new Map(
    json.has('version')
      ? []
      : [
          ['gelu', 'gelu_new'],
          ['gelu_orig', 'gelu'],
        ],
  );
  json.take('version', jsonOrNull(jsonText), undefined);
  const written = config.get('non_linearity', jsonText).toLowerCase();
  const activation = old.get(written) ?? written;
  try {
    nonLinearity(activation);
  } catch (cause) {
    throw cause instanceof ArgumentError ? json.error(cause.message, cause) : cause;
  }
  return activation;
}

/** Returns the name of an adapter from its file. @throws ModelFileError if it is not a valid name */
export function adapterNameOf(json: JsonFields, key = 'name'): string {
  const name = json.raw(key);
  if (isName(name)) return name;
  throw json.error(`${shown(name)} is not a valid name for an adapter (${nameCharacters})`);
}

/** Checks a name that becomes a folder and a key. @throws ModelFileError for a name that {@link isName} rejects */
export function checkAdapterName(name: unknown, where: string): string {
  if (isName(name)) return name;
  throw new ModelFileError(`${where}: ${shown(name)} is not a valid name for an adapter (${nameCharacters})`);
}
