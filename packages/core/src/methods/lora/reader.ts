import { at } from '../../elements.ts';
import { ModelFileError } from '../../files/errors.ts';
import { JsonFields } from '../../files/json-fields.ts';
import { shown, shownList } from '../../files/shown.ts';
import type { TensorReader } from '../../files/tensor-reader.ts';
import { type EncoderArchitecture, linearLayers } from '../../nn/architecture.ts';
import type { NamedTensor } from '../../nn/parameters.ts';
import { fingerprintKey } from '../adapter-files.ts';
import type { MethodReader, ModelFolder, StoredMethod } from '../model-folder.ts';
import { fileFault } from '../model-folder.ts';
import { isName, nameFor } from '../names.ts';
import { isLoraConfig, type LoraConfig, parseLoraConfig } from './config.ts';
import { loraSettings, moduleTensors, nameKey } from './files.ts';
import { readPeftHead } from './head.ts';
import { lora } from './lora.ts';
import { barePath, type LoraAdapter, type LoraModule } from './lora-adapter.ts';
import { loraMisfit } from './misfit.ts';
import { diskPath, isSavedWhole, keyStart, savedHeads } from './module-names.ts';
import { rankOf, settleLora } from './settings.ts';
import { type LoraTargets, targetTest } from './targets.ts';

/** The content of a folder that PEFT wrote. */
interface LoraFolder {
  readonly adapter: LoraAdapter;
  readonly config: LoraConfig;
  /** Other tensors of the file by their keys in the base model: heads, biases, and whole modules. */
  readonly others: ReadonlyMap<string, string>;
  readonly tensors: TensorReader;
  /** The tensor file, for messages. */
  readonly where: string;
}

/** PEFT's task types for models without a head. */
const headless = 'FEATURE_EXTRACTION';

/**
 * Reads a LoRA's folder, if it is one.
 *
 * @param within a folder inside it, with a slash at the end
 * @throws ModelFileError for what is not a plain LoRA, and for tensors that do not fit the configuration
 */
async function readLoraFolder(folder: ModelFolder, within = ''): Promise<LoraFolder | undefined> {
  const path = `${within}adapter_config.json`;
  const text = await folder.text(path);
  if (text === undefined) return undefined;
  const json = JsonFields.parse(text, `${folder.describe()}/${path}`);
  if (!isLoraConfig(json)) return undefined;
  const config = parseLoraConfig(json);
  fileFault(`${folder.describe()}/${path}`, () => settleLora(settingsOf(config)));
  const { tensors, where } = await openTensors(folder, within);
  const problems: string[] = [];
  const { modules: keys, others } = findKeys(config, tensors, problems);
  const shapes = [...keys].map(([module, ab]) => moduleShape(module, ab, config, tensors, problems));
  if (keys.size === 0) problems.push('no tensors of a LoRA');
  if (problems.length > 0)
    throw new ModelFileError(`${where} does not fit its configuration: ${shownList(problems)}`);
  const modules = new Map<string, LoraModule>();
  for (const [i, [module, { a, b }]] of [...keys].entries()) {
    const values = { a: await tensors.readFloat32(String(a)), b: await tensors.readFloat32(String(b)) };
    modules.set(module, { ...at(shapes, i), ...values });
  }
  const encoderFingerprint = tensors.metadata.get(fingerprintKey);
  const adapter: LoraAdapter = {
    ...{ name: nameOf(tensors, folder, within), modules, useRslora: config.settings.useRslora },
    targets: targetsOf(config),
    ...(encoderFingerprint === undefined ? {} : { encoderFingerprint }),
    ...(encoderFingerprint === undefined && config.modelName === undefined
      ? { warnings: [unknownEncoder(folder)] }
      : {}),
  };
  return { adapter, config, others, tensors, where };
}

const unknownEncoder = (folder: ModelFolder): string =>
  `the LoRA in ${folder.describe()} does not say which encoder it was trained on (base_model_name_or_path); make sure that it is this one, which could not be checked`;

/** The settings without what only their defaults decide. */
function settingsOf({ settings }: LoraConfig): Parameters<typeof settleLora>[0] {
  // With a regular expression, PEFT does not look at the numbers of layers.
  const { layersToTransform, layersPattern, ...others } = settings;
  if (typeof settings.targetModules === 'string') return others;
  return {
    ...others,
    ...(layersToTransform === undefined ? {} : { layersToTransform }),
    ...(layersPattern === undefined ? {} : { layersPattern }),
  };
}

/** Heads are saved in classification models, also of versions of PEFT that do not write so. */
function targetsOf({ settings, taskType }: LoraConfig): LoraTargets {
  const { targetModules, excludeModules, layersToTransform, layersPattern, modulesToSave } = settings;
  const heads = taskType === headless ? [] : savedHeads;
  return {
    targetModules,
    ...(excludeModules === undefined ? {} : { excludeModules }),
    ...(layersToTransform === undefined ? {} : { layersToTransform }),
    ...(layersPattern === undefined ? {} : { layersPattern }),
    modulesToSave: [...new Set([...modulesToSave, ...heads])],
  };
}

async function openTensors(
  folder: ModelFolder,
  within: string,
): Promise<{ readonly tensors: TensorReader; readonly where: string }> {
  const names = ['adapter_model.safetensors', 'adapter_model.bin'].map((name) => `${within}${name}`);
  for (const name of names) {
    const tensors = await folder.tensors(name);
    if (tensors) return { tensors, where: `${folder.describe()}/${name}` };
  }
  throw new ModelFileError(
    `${folder.describe()} has no ${names.join(' and no ')}; it is not a complete LoRA of PEFT`,
  );
}

/** Returns the name in the file, that of the folder inside the model's, or that of the folder. */
function nameOf({ metadata }: TensorReader, folder: ModelFolder, within: string): string {
  const stored = metadata.get(nameKey);
  if (stored !== undefined && isName(stored)) return stored;
  const [place = ''] = (within === '' ? folder.describe() : within).replace(/[\\/]+$/, '').split('@');
  const last = place.split(/[\\/:]/).at(-1) ?? '';
  return nameFor(last === '' || last === '.' ? 'lora' : last);
}

type Keys = { a?: string; b?: string };

function findKeys(
  config: LoraConfig,
  { entries }: TensorReader,
  problems: string[],
): { readonly modules: ReadonlyMap<string, Keys>; readonly others: ReadonlyMap<string, string> } {
  const modules = new Map<string, Keys>();
  const others = new Map<string, string>();
  const targets = targetsOf(config);
  const isTarget = targetTest(targets);
  for (const key of entries.keys()) {
    const own = key.startsWith(keyStart) ? key.slice(keyStart.length) : '';
    const [, path, matrix] = /^(.+)\.lora_(A|B)\.weight$/.exec(own) ?? [];
    if (path !== undefined && isTarget(path)) {
      const ab = modules.get(path) ?? {};
      modules.set(path, matrix === 'A' ? { ...ab, a: key } : { ...ab, b: key });
    } else if (isOther(own, config, targets)) others.set(own.replace(/\.base_layer\.bias$/, '.bias'), key);
    else if (!isCopy(own, config)) problems.push(`unexpected ${key}`);
  }
  return { modules, others };
}

/** Returns whether PEFT saves a tensor besides the LoRA, by its key in the base model. */
function isOther(key: string, { settings: { bias } }: LoraConfig, { modulesToSave }: LoraTargets): boolean {
  if (key === '' || /\.(?:lora_|modules_to_save\.|original_module\.)/.test(key)) return false;
  if (key.endsWith('.base_layer.bias')) return bias !== 'none';
  return isSavedWhole(key, modulesToSave) || (bias === 'all' && key.endsWith('.bias'));
}

/** Returns whether it is one of the copies of a head's biases that PEFT writes if all biases train. */
const isCopy = (key: string, { settings: { bias } }: LoraConfig): boolean =>
  bias === 'all' && /\.(?:modules_to_save|original_module)\.(?:.+\.)?bias$/.test(key);

function moduleShape(
  path: string,
  { a, b }: Keys,
  { settings }: LoraConfig,
  { entries }: TensorReader,
  problems: string[],
): Pick<LoraModule, 'rank' | 'alpha' | 'inputs' | 'outputs'> {
  const { rank, alpha } = rankOf(settings)(path);
  const shapeOf = (key: string | undefined, name: string): readonly number[] => {
    const shape = key === undefined ? undefined : entries.get(key)?.shape;
    if (!shape) problems.push(`missing ${path}.${name}.weight`);
    return shape ?? [];
  };
  const [shapeA, shapeB] = [shapeOf(a, 'lora_A'), shapeOf(b, 'lora_B')];
  const [, inputs = 0] = shapeA;
  const [outputs = 0] = shapeB;
  if (a !== undefined && String(shapeA) !== String([rank, inputs]))
    problems.push(`${a} is [${shapeA.slice(0, 8)}], and its rank is ${rank}`);
  if (b !== undefined && String(shapeB) !== String([outputs, rank]))
    problems.push(`${b} is [${shapeB.slice(0, 8)}], and its rank is ${rank}`);
  return { rank, alpha, inputs, outputs };
}

/**
 * Reads a LoRA to be used as a source in stage 2, if the folder is one of a LoRA. Its head is not read.
 *
 * @param within a folder inside it, with a slash at the end
 * @throws ModelFileError for a LoRA that is not only a sum, because it also trained parts of the encoder
 */
export async function readLora(folder: ModelFolder, within = ''): Promise<LoraAdapter | undefined> {
  const found = await readLoraFolder(folder, within);
  if (!found) return undefined;
  const { adapter, config, others, where } = found;
  const [first = ''] = adapter.modules.keys();
  const [prefix] = first.split('.');
  const inEncoder = [...others.keys()].filter(
    (key) => config.taskType === headless || key.startsWith(`${prefix}.`),
  );
  const isBias = config.settings.bias !== 'none';
  if (isBias || inEncoder.length > 0)
    throw new ModelFileError(
      `${where} also has trained ${isBias ? `biases (bias is ${shown(config.settings.bias)})` : `modules of the encoder (${shownList(inEncoder, 4)})`}, so it is not a sum of its product and the encoder, and cannot be a source`,
    );
  return adapter;
}

/** Reads the folder of a LoRA with its head. */
export const loraReader: MethodReader = async (folder, target) => {
  const found = await readLoraFolder(folder);
  if (!found) return undefined;
  const { adapter, config, others, tensors: reader, where } = found;
  const { encoder } = target;
  const misfit = loraMisfit(adapter, target, true);
  if (misfit !== undefined) throw new ModelFileError(`the LoRA in ${folder.describe()} ${misfit}`);
  const tensors = new Map<string, NamedTensor>();
  for (const [path, module] of adapter.modules)
    for (const [key, tensor] of moduleTensors(diskPath(barePath(path, encoder), encoder), module))
      tensors.set(key, tensor);
  const inHead = new Map<string, NamedTensor>();
  for (const [key, stored] of others) {
    const tensor = { shape: reader.entries.get(stored)?.shape ?? [], data: await reader.readFloat32(stored) };
    (key.startsWith(`${encoder.prefix}.`) ? tensors : inHead).set(key, tensor);
  }
  checkBiases(config, tensors, encoder, where);
  const method = fileFault(where, () => lora(settingsOf(config)));
  const head = readPeftHead(config, inHead, encoder, [...adapter.modules.keys()], where);
  const { name: adapterName, warnings } = adapter;
  return { adapterName, method, tensors, ...(head ? { head } : {}), ...(warnings ? { warnings } : {}) };
};

/** Checks biases of linear layers, of which `lora_only` needs those of the adapted ones. @throws ModelFileError */
function checkBiases(
  { settings: { bias } }: LoraConfig,
  tensors: ReadonlyMap<string, NamedTensor>,
  encoder: EncoderArchitecture,
  where: string,
): void {
  if (bias === 'none') return;
  const start = `${encoder.prefix}.`;
  const problems = (linearLayers(encoder) ?? []).flatMap(({ path, outputs, hasBias }) => {
    const key = `${start}${path}.bias`;
    const shape = tensors.get(key)?.shape;
    const isNeeded = hasBias && tensors.has(`${start}${path}.lora_A.weight`);
    if (!shape) return isNeeded ? [`missing ${key}`] : [];
    if (!hasBias) return [`unexpected ${key}`];
    return String(shape) === String([outputs]) ? [] : [`${key} is [${shape.slice(0, 8)}], not [${outputs}]`];
  });
  if (problems.length > 0)
    throw new ModelFileError(`${where} does not fit the encoder: ${shownList(problems)}`);
}

/** Converts a LoRA to a trained method. */
export function storedLora(adapter: LoraAdapter, encoder: EncoderArchitecture): StoredMethod {
  const { layersPattern, ...settings } = loraSettings(adapter);
  const method = lora({ ...settings, ...(layersPattern ? { layersPattern } : {}) });
  const tensors = new Map(
    [...adapter.modules].flatMap(([path, module]) =>
      moduleTensors(diskPath(barePath(path, encoder), encoder), module),
    ),
  );
  const { name: adapterName, warnings } = adapter;
  return { adapterName, method, tensors, ...(warnings ? { warnings } : {}) };
}
