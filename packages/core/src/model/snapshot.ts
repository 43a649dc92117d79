import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { ModelFileError } from '../files/errors.ts';
import { JsonFields, jsonList, jsonText } from '../files/json-fields.ts';
import { bottleneckReader } from '../methods/bottleneck-reader.ts';
import { loraReader } from '../methods/lora/reader.ts';
import type { FileSet, MethodTarget, SaveCall } from '../methods/method.ts';
import type { MethodReader, ModelFolder, ReadTarget, StoredMethod } from '../methods/model-folder.ts';
import { stableStringify } from '../methods/model-json.ts';
import { isName } from '../methods/names.ts';
import { scalearnReader } from '../methods/scalearn-reader.ts';
import { isLora } from '../methods/source.ts';
import { storedSource } from '../methods/sources-reader.ts';
import { openFolderTensors } from '../methods/tensor-files.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import type { Encoder } from '../nn/encoder.ts';
import { createHead, type HeadOptions, headFeatures, type SavedHead } from '../nn/head.ts';
import { headFiles, renameHead } from './head-files.ts';
import { readHead } from './head-reader.ts';
import { TrainableModel } from './trainable-model.ts';

/** A trained model on the host, with all data to save it, merge it or load it on a device. */
export interface ModelSnapshot extends MethodTarget, StoredMethod {
  /** Heads by task name; more than one only after joint training. */
  readonly heads: ReadonlyMap<string, SavedHead>;
  /** Name of the encoder: hub name or folder name. */
  readonly modelName: string;
}

/** The file that lists the tasks of a jointly trained model. Heads of single tasks are in the model folder itself. */
const tasksFile = 'joint_config.json';

const saveCall = ({ method: _, ...call }: ModelSnapshot): SaveCall => call;

/** Returns the model folder's files by relative path, except `run.json`. */
export function snapshotFiles(snapshot: ModelSnapshot): FileSet {
  const { method, heads, tasks } = snapshot;
  const files: Record<string, Uint8Array | string> = { ...method.save(saveCall(snapshot)) };
  const joint = tasks.length > 1;
  if (joint) files[tasksFile] = stableStringify({ tasks });
  for (const [task, head] of heads) {
    // On disk each head is stored like a single head.
    const alone = renameHead(head, { ...head.options, several: false }, snapshot.encoder);
    for (const [path, content] of Object.entries(headFiles(alone, snapshot)))
      files[`${joint ? headFolder(task) : ''}${path}`] = content;
  }
  return files;
}

const headFolder = (task: string): string => `heads/${task}/`;

/** Returns the head of a model for one task. @throws ArgumentError if it has several */
export function singleHead({ heads, tasks }: Pick<ModelSnapshot, 'heads' | 'tasks'>): SavedHead {
  const [head, ...others] = heads.values();
  if (head && others.length === 0) return head;
  throw new ArgumentError(`this is a model for several tasks: ${tasks.join(', ')}`);
}

/**
 * Merges the model into one plain adapter with its head: a bottleneck adapter, which the `adapters` library can load, or a
 * LoRA, which PEFT can load.
 *
 * @throws ArgumentError if the method cannot be merged
 */
export function mergeSnapshot(snapshot: ModelSnapshot): ModelSnapshot {
  const { method, adapterName, encoder, tasks } = snapshot;
  if (!method.merge)
    throw new ArgumentError(`a ${method.name} model is not a sum of adapters; there is nothing to merge`);
  const head = singleHead(snapshot);
  const adapter = method.merge(saveCall(snapshot));
  const stored = { ...snapshot, ...storedSource(adapter, encoder) };
  // A LoRA keeps the head of the class of transformers.
  if (isLora(adapter)) return stored;
  return {
    ...stored,
    heads: new Map([[at(tasks, 0), flexibleHead(head, adapterName, encoder)]]),
  };
}

/** Converts the head to a flexible head with the adapter's name; returns it unchanged if there is no equivalent. */
function flexibleHead(head: SavedHead, name: string, encoder: EncoderArchitecture): SavedHead {
  const { several: _, activation, ...rest } = head.options;
  const features = headFeatures(head.options, encoder);
  const own = rest.layout === 'static' ? encoder.staticHead.flexibleActivation : (activation ?? 'tanh');
  if (features === 'dense' && own === undefined) return head;
  const options: HeadOptions = {
    ...{ ...rest, layout: 'flexible', name },
    features: features === 'dense' ? undefined : features,
    activation: features !== 'dense' || own === 'tanh' ? undefined : own,
  };
  return renameHead(head, options, encoder);
}

/** Readers of this package's methods. */
export const coreReaders: readonly MethodReader[] = [scalearnReader, loraReader, bottleneckReader];

/**
 * Reads a model folder that {@link snapshotFiles} wrote, for its encoder.
 *
 * @param readers readers of other packages' methods; they are tried before those of this package
 * @throws ModelFileError if files are missing or do not fit each other
 */
export async function readSnapshot(
  folder: ModelFolder,
  target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'> & { readonly modelName: string },
  readers: readonly MethodReader[] = [],
): Promise<ModelSnapshot> {
  const joint = await readTasks(folder);
  const stored = await readMethod(folder, { ...target, tasks: joint }, [...readers, ...coreReaders]);
  const tasks = joint ?? [stored.adapterName];
  const heads = new Map<string, SavedHead>();
  for (const task of tasks) {
    const head = await readHeadFolder(folder, joint ? headFolder(task) : '', target, stored);
    heads.set(
      task,
      joint ? renameHead(head, { ...head.options, several: true, name: task }, target.encoder) : head,
    );
  }
  const { head: _, ...method } = stored;
  return { ...target, ...method, tasks, heads };
}

async function readTasks(folder: ModelFolder): Promise<readonly string[] | undefined> {
  const text = await folder.text(tasksFile);
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/${tasksFile}`;
  const json = JsonFields.parse(text, where);
  json.only(['tasks']);
  const tasks = json.get('tasks', jsonList(jsonText));
  const isNamed = tasks.every(isName) && new Set(tasks).size === tasks.length;
  if (tasks.length > 1 && isNamed) return tasks;
  throw new ModelFileError(`${where} does not list the names of at least two tasks`);
}

async function readMethod(
  folder: ModelFolder,
  target: ReadTarget,
  readers: readonly MethodReader[],
): Promise<StoredMethod> {
  for (const read of readers) {
    const stored = await read(folder, target);
    if (stored) return stored;
  }
  throw new ModelFileError(
    `${folder.describe()} has no adapter_config.json; it is not a complete model folder`,
  );
}

async function readHeadFolder(
  folder: ModelFolder,
  within: string,
  target: Pick<MethodTarget, 'encoder'>,
  { head: own, method }: StoredMethod,
): Promise<SavedHead> {
  const configPath = `${within}head_config.json`;
  const text = await folder.text(configPath);
  if (text === undefined && own) return own;
  if (text === undefined && method.usesTransformersHead)
    throw new ModelFileError(
      `${folder.describe()} has no head, so it computes no classes; it can be a source, or be trained further with one`,
    );
  if (text === undefined)
    throw new ModelFileError(`${folder.describe()} has no ${configPath}; it is not a complete model folder`);
  const { tensors } = await openFolderTensors(folder, `${within}model_head`);
  return readHead(text, tensors, `${folder.describe()}/${configPath}`, target);
}

/** Loads a model with stored parameters on the encoder's device. The caller must dispose it. */
export async function modelFromSnapshot(encoder: Encoder, snapshot: ModelSnapshot): Promise<TrainableModel> {
  const { method, heads, adapterName, tensors } = snapshot;
  const model = await TrainableModel.create({
    encoder,
    method,
    heads: Object.fromEntries([...heads].map(([task, { options }]) => [task, createHead(options)])),
    adapterName,
    seed: 0,
  });
  try {
    // Parts of a head that do not train may be those of the checkpoint alone.
    const fixed = model.parameters.groups.filter(({ rate }) => rate === 0).flatMap(({ specs }) => specs);
    const names = new Set(fixed.map(({ name }) => name).filter((name) => model.headTask(name) !== undefined));
    const kept =
      names.size === 0 ? [] : [...(await model.parameters.read())].filter(([key]) => names.has(key));
    const inHeads = [...heads.values()].flatMap((head) => [...head.tensors]);
    model.parameters.write(new Map([...kept, ...tensors, ...inHeads]));
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}
