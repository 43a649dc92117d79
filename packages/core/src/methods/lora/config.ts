import {
  type JsonFields,
  type JsonRule,
  jsonBoolean,
  jsonCount,
  jsonExactly,
  jsonList,
  jsonNumber,
  jsonNumberIn,
  jsonObject,
  jsonOneOf,
  jsonOr,
  jsonOrNull,
  jsonRecord,
  jsonText,
} from '../../files/json-fields.ts';
import { shown } from '../../files/shown.ts';
import { type LoraBias, type LoraSettings, largestRank } from './settings.ts';
import type { LoraTargets } from './targets.ts';

/** The version of PEFT whose files are written. */
const peftVersion = '0.21.2';

/** Settings that turn on something else than a plain LoRA, with what it is, and the values that leave it off. */
const others: Readonly<Record<string, readonly [what: string, off: JsonRule<unknown>]>> = {
  use_dora: ['a DoRA', jsonExactly(false)],
  lora_bias: ['a LoRA with a bias of its own', jsonExactly(false)],
  use_qalora: ['a QALoRA', jsonExactly(false)],
  use_bdlora: ['a BD-LoRA', jsonOr(jsonExactly(null), jsonExactly(false))],
  alora_invocation_tokens: ['an activated LoRA (aLoRA)', jsonExactly(null)],
  arrow_config: ['a routing between LoRAs (Arrow)', jsonExactly(null)],
  kasa_config: ['a KaSA', jsonExactly(null)],
  monteclora_config: ['a MonteCLoRA', jsonExactly(null)],
  velora_config: ['a VeLoRA', jsonExactly(null)],
  layer_replication: ['an encoder with repeated layers', jsonExactly(null)],
  megatron_config: ['a LoRA of Megatron layers', jsonExactly(null)],
  target_parameters: ['a LoRA of parameters outside linear layers', emptyOrNull()],
  trainable_token_indices: ['a LoRA with trained tokens', emptyOrNull()],
  enable_lora: ['a LoRA of parts of layers', jsonExactly(null)],
};

/** Settings that do not change what a trained LoRA computes. */
const harmless: Readonly<Record<string, JsonRule<unknown>>> = {
  auto_mapping: jsonOrNull(jsonObject),
  base_model_name_or_path: jsonOrNull(jsonText),
  revision: jsonOrNull(jsonText),
  peft_version: jsonOrNull(jsonText),
  inference_mode: jsonBoolean,
  // PEFT ignores it for linear layers.
  fan_in_fan_out: jsonBoolean,
  ensure_weight_tying: jsonBoolean,
  megatron_core: jsonOrNull(jsonText),
  qalora_group_size: jsonNumber,
  merge_weights: jsonBoolean,
  // Settings of initial values, which have an effect only with `init_lora_weights`.
  corda_config: jsonOrNull(jsonObject),
  eva_config: jsonOrNull(jsonObject),
  lora_ga_config: jsonOrNull(jsonObject),
  loftq_config: jsonOrNull(jsonObject),
};

/** Initial values that leave the weights of the encoder as they were. */
const initialValues = jsonOr(jsonBoolean, jsonOneOf(['gaussian', 'eva', 'orthogonal']));

const ownKeys = [
  ...['peft_type', 'task_type', 'r', 'lora_alpha', 'lora_dropout', 'bias', 'use_rslora', 'init_lora_weights'],
  ...['target_modules', 'exclude_modules', 'layers_to_transform', 'layers_pattern', 'modules_to_save'],
  ...['rank_pattern', 'alpha_pattern'],
];

/** The checked content of PEFT's `adapter_config.json`. */
export interface LoraConfig {
  /** The settings of the LoRA. */
  readonly settings: LoraSettings & Pick<LoraTargets, 'targetModules'>;
  /** PEFT's `task_type`: `SEQ_CLS`, `FEATURE_EXTRACTION`, …; null if the file has none. */
  readonly taskType: string | null;
  /** Name of the encoder; undefined if the file does not contain it. */
  readonly modelName: string | undefined;
}

/** Returns whether `adapter_config.json` is that of a LoRA of PEFT. */
export const isLoraConfig = (json: JsonFields): boolean => json.raw('peft_type') === 'LORA';

/** Reads `adapter_config.json`. @throws ModelFileError that names what is not a plain LoRA */
export function parseLoraConfig(json: JsonFields): LoraConfig {
  for (const [key, [what, off]] of Object.entries(others)) {
    if (!json.has(key) || off.fits(json.raw(key))) continue;
    throw json.error(
      `${key} is ${shown(json.raw(key))}, so it is ${what}, which cannot be read; train it without, or merge it into the encoder in Python with merge_and_unload()`,
    );
  }
  json.only([...ownKeys, ...Object.keys(others), ...Object.keys(harmless)]);
  for (const [key, rule] of Object.entries(harmless)) json.take(key, rule, undefined);
  const initial = json.has('init_lora_weights') ? json.raw('init_lora_weights') : true;
  if (!initialValues.fits(initial))
    throw json.error(
      `init_lora_weights is ${shown(initial)}, which has changed the weights of the encoder; only a LoRA on the original weights can be read (${initialValues.what})`,
    );
  const names = jsonList(jsonText);
  const layers = json.take(
    'layers_to_transform',
    jsonOrNull(jsonOr(jsonCount(0), jsonList(jsonCount(0)))),
    null,
  );
  const pattern = json.take('layers_pattern', jsonOrNull(jsonOr(jsonText, names)), null);
  const excluded = json.take('exclude_modules', jsonOrNull(jsonOr(jsonText, names)), null);
  const targetModules = json.get('target_modules', jsonOr(jsonText, names));
  const saved = json.take('modules_to_save', jsonOrNull(names), null) ?? [];
  const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
  return {
    settings: {
      rank: json.take('r', jsonCount(1, largestRank), 8),
      alpha: json.take('lora_alpha', jsonNumber, 8),
      dropout: json.take('lora_dropout', jsonNumberIn(0, 1), 0),
      bias: json.take('bias', jsonOneOf<LoraBias>(['none', 'lora_only', 'all']), 'none'),
      useRslora: json.take('use_rslora', jsonBoolean, false),
      rankPattern: json.take('rank_pattern', jsonOrNull(jsonRecord(jsonCount(1, largestRank))), null) ?? {},
      alphaPattern: json.take('alpha_pattern', jsonOrNull(jsonRecord(jsonNumber)), null) ?? {},
      targetModules,
      ...(excluded === null ? {} : { excludeModules: excluded }),
      ...(layers === null ? {} : { layersToTransform: layers }),
      ...(pattern === null || pattern === '' ? {} : { layersPattern: asList<string>(pattern) }),
      modulesToSave: [...new Set(saved)],
    },
    taskType: json.take('task_type', jsonOrNull(jsonText), null),
    modelName: json.take('base_model_name_or_path', jsonOrNull(jsonText), null) || undefined,
  };
}

function emptyOrNull(): JsonRule<unknown> {
  return {
    what: 'null or []',
    fits: (value): value is unknown => value === null || (Array.isArray(value) && value.length === 0),
  };
}

/** Returns the content of `adapter_config.json` with every key that PEFT writes. */
export function loraConfigJson({ settings, taskType, modelName }: LoraConfig): Record<string, unknown> {
  const { excludeModules, layersToTransform, layersPattern, modulesToSave } = settings;
  return {
    alora_invocation_tokens: null,
    alpha_pattern: settings.alphaPattern,
    arrow_config: null,
    auto_mapping: null,
    base_model_name_or_path: modelName ?? null,
    bias: settings.bias,
    corda_config: null,
    ensure_weight_tying: false,
    eva_config: null,
    exclude_modules: excludeModules ?? null,
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    kasa_config: null,
    layer_replication: null,
    layers_pattern: layersPattern?.length === 1 ? layersPattern[0] : (layersPattern ?? null),
    layers_to_transform: layersToTransform ?? null,
    loftq_config: {},
    lora_alpha: settings.alpha,
    lora_bias: false,
    lora_dropout: settings.dropout,
    lora_ga_config: null,
    megatron_config: null,
    megatron_core: 'megatron.core',
    modules_to_save: modulesToSave.length > 0 ? modulesToSave : null,
    monteclora_config: null,
    peft_type: 'LORA',
    peft_version: peftVersion,
    qalora_group_size: 16,
    r: settings.rank,
    rank_pattern: settings.rankPattern,
    revision: null,
    target_modules: settings.targetModules,
    target_parameters: null,
    task_type: taskType,
    trainable_token_indices: null,
    use_bdlora: null,
    use_dora: false,
    use_qalora: false,
    use_rslora: settings.useRslora,
    velora_config: null,
  };
}
