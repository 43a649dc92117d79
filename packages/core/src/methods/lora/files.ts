import { ArgumentError } from '../../errors.ts';
import { writeSafetensors } from '../../files/safetensors/writer.ts';
import { headModules } from '../../nn/head.ts';
import type { NamedTensor } from '../../nn/parameters.ts';
import { fingerprintKey } from '../adapter-files.ts';
import type { FileSet, SaveCall } from '../method.ts';
import { stableStringify } from '../model-json.ts';
import { loraConfigJson } from './config.ts';
import { barePath, type LoraAdapter, type LoraModule } from './lora-adapter.ts';
import { diskPath, keyStart, loraKeys, savedHeadModules, trainsInHead } from './module-names.ts';
import { type LoraLayer, type LoraSettings, rankOf } from './settings.ts';
import type { LoraTargets } from './targets.ts';

/** Metadata key of PEFT's tensor files: the name of the adapter, which PEFT does not store. */
export const nameKey = 'name';

/** Returns the files of a LoRA as PEFT writes them: `adapter_config.json` and `adapter_model.safetensors`. */
function peftFiles(
  name: string,
  config: Parameters<typeof loraConfigJson>[0],
  tensors: Iterable<readonly [string, NamedTensor]>,
  encoderFingerprint: string | undefined,
): FileSet {
  const stored = [...tensors].map(([key, tensor]) => [`${keyStart}${key}`, tensor] as const);
  return {
    'adapter_config.json': stableStringify(loraConfigJson(config)),
    'adapter_model.safetensors': writeSafetensors(
      stored.sort(([one], [other]) => (one < other ? -1 : 1)),
      {
        format: 'pt',
        [nameKey]: name,
        ...(encoderFingerprint ? { [fingerprintKey]: encoderFingerprint } : {}),
      },
    ),
  };
}

/** Creates the files of a trained LoRA with its head. */
export function loraFiles(
  call: SaveCall,
  settings: LoraSettings,
  layers: readonly LoraLayer[],
  targets: LoraTargets,
): FileSet {
  const { tensors, encoder, heads, modelName, adapterName, encoderFingerprint } = call;
  const [own] = heads.values();
  // PEFT has the head of the class, which reads what it reads by default.
  const head = own?.options.pooling === undefined ? own : undefined;
  const ofHead = head ? headModules(head.options, encoder) : [];
  const paths = layers.map(({ path }) => diskPath(path, encoder));
  const adapted = new Set(paths.map((path) => `${path}.bias`));
  const inHead = [...(head?.tensors ?? [])].filter(([key]) => trainsInHead(key, ofHead, settings, paths));
  // PEFT keeps the bias of an adapted layer in the layer that it wraps.
  const stored = [...tensors, ...inHead].map(
    ([key, tensor]) => [adapted.has(key) ? key.replace(/bias$/, 'base_layer.bias') : key, tensor] as const,
  );
  const { targetModules } = targets;
  const config = {
    settings: {
      ...settings,
      modulesToSave: head ? savedHeadModules(ofHead, settings.modulesToSave) : settings.modulesToSave,
      // PEFT also writes what it found for this word.
      targetModules: targetModules === 'all-linear' ? paths : targetModules,
    },
    taskType: head === undefined ? null : head.options.problem === 'multipleChoice' ? null : 'SEQ_CLS',
    modelName,
  };
  return peftFiles(adapterName, config, stored, encoderFingerprint);
}

/** Creates the files of a LoRA without a head. */
export function loraAdapterFiles(adapter: LoraAdapter, { modelName }: Pick<SaveCall, 'modelName'>): FileSet {
  const settings = { ...loraSettings(adapter), targetModules: adapter.targets.targetModules };
  const tensors = [...adapter.modules].flatMap(([path, module]) => moduleTensors(path, module));
  const config = { settings, taskType: null, modelName };
  return peftFiles(adapter.name, config, tensors, adapter.encoderFingerprint);
}

/** Returns the tensors of a module, by their keys after `base_model.model`. */
export function moduleTensors(
  path: string,
  { a, b, rank, inputs, outputs }: LoraModule,
): readonly (readonly [string, NamedTensor])[] {
  return [
    [`${path}.lora_A.weight`, { shape: [rank, inputs], data: a }],
    [`${path}.lora_B.weight`, { shape: [outputs, rank], data: b }],
  ];
}

/** Returns the settings that give a LoRA's modules their ranks and alphas. Those that differ are named one by one. */
export function loraSettings({ modules, targets, useRslora }: LoraAdapter): LoraSettings {
  const [first] = modules.values();
  if (!first) throw new ArgumentError('a LoRA without modules adapts nothing');
  const pattern = (key: 'rank' | 'alpha'): Record<string, number> =>
    Object.fromEntries(
      [...modules]
        .filter(([, module]) => module[key] !== first[key])
        .map(([path, module]) => [path.replaceAll('.', '\\.'), module[key]]),
    );
  return {
    ...{ ...targets, rank: first.rank, alpha: first.alpha, useRslora, dropout: 0, bias: 'none' },
    ...{ rankPattern: pattern('rank'), alphaPattern: pattern('alpha') },
  };
}

/** Collects a LoRA from trained tensors. */
export function readLoraTensors(
  { encoder, encoderFingerprint, adapterName, tensors }: SaveCall,
  layers: readonly LoraLayer[],
  { useRslora }: LoraSettings,
  targets: LoraTargets,
): LoraAdapter {
  const get = (key: string): Float32Array => {
    const tensor = tensors.get(key);
    if (!tensor) throw new ArgumentError(`the trained model has no tensor '${key}'`);
    return tensor.data;
  };
  return {
    name: adapterName,
    modules: new Map(
      layers.map(({ path, rank, alpha, inputs, outputs }): [string, LoraModule] => {
        const keys = loraKeys(encoder, path);
        return [diskPath(path, encoder), { a: get(keys.a), b: get(keys.b), rank, alpha, inputs, outputs }];
      }),
    ),
    ...{ useRslora, targets },
    ...(encoderFingerprint === undefined ? {} : { encoderFingerprint }),
  };
}

/** Returns the adapted layers of a trained LoRA from the names and shapes of its tensors. */
export function layersOfTensors(
  settings: LoraSettings,
  { prefix }: Pick<SaveCall['encoder'], 'prefix'>,
  tensors: ReadonlyMap<string, Pick<NamedTensor, 'shape'>>,
): readonly LoraLayer[] {
  const own = rankOf(settings);
  return [...tensors].flatMap(([key, { shape }]) => {
    const [, path] = /^(.+)\.lora_A\.weight$/.exec(key) ?? [];
    const outputs = path === undefined ? undefined : tensors.get(`${path}.lora_B.weight`)?.shape[0];
    if (path === undefined || outputs === undefined) return [];
    return [{ path: barePath(path, { prefix }), inputs: shape[1] ?? 0, outputs, ...own(path) }];
  });
}
