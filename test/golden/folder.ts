import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NamedTensor } from '@scalearn/core';
import { parseSafetensors, type TensorReader } from '@scalearn/core/files';
import { readBytes, recordedFolders } from './recorded.ts';

const described = (folder: string): CaseFile =>
  JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as CaseFile;

/** Folders of cases by case id. If several folders have a case, the first is used. */
function findCases(folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    const own = new Map<string, string>();
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (!existsSync(join(path, 'case.json'))) continue;
      const { id } = described(path);
      if (own.has(id)) throw new Error(`${own.get(id)} and ${path} have one id, ${id}`);
      own.set(id, path);
    }
    for (const [id, path] of own) if (!found.has(id)) found.set(id, path);
  }
  return found;
}

const cases: ReadonlyMap<string, string> = findCases(recordedFolders);

/** Returns the ids of the recorded cases that satisfy a condition. */
export function caseNames(
  satisfies: (file: CaseFile) => boolean = ({ kind }) => kind !== 'sampler',
): string[] {
  return [...cases.keys()].filter((id) => satisfies(described(caseFolder(id)))).sort();
}

/** Returns the folder of a recorded case. */
export function caseFolder(id: string): string {
  const folder = cases.get(id);
  if (folder === undefined) throw new Error(`no recorded case ${id}`);
  return folder;
}

interface Optimizer {
  readonly learning_rate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weight_decay: number;
  readonly warmup_steps: number;
  readonly planned_steps: number;
  readonly max_grad_norm: number | null;
  readonly no_decay?: readonly string[];
}

export interface Batch {
  readonly input_ids: readonly (readonly (number | readonly number[])[])[];
  readonly token_type_ids?: readonly (readonly (number | readonly number[])[])[];
  readonly labels?: readonly (number | readonly number[])[];
  /** The task of the batch, in joint training. */
  readonly task?: string;
}

export interface CaseHead {
  readonly name: string;
  readonly layers?: number;
  readonly num_labels?: number;
  readonly num_choices?: number;
}

/** The fields of a `case.json` that are used here. */
export interface CaseFile {
  readonly id: string;
  /** Cases of the sampler need no device. They are tested with the sampler. */
  readonly kind: 'train' | 'gradient' | 'forward' | 'sampler';
  readonly encoder: {
    readonly config?: Record<string, unknown>;
    readonly path?: string;
    readonly num_hidden_layers?: number;
  };
  readonly method: {
    readonly name: string;
    readonly bottleneck?: number;
    readonly non_linearity?: string;
    readonly task_embedding_size?: number;
    readonly task_hidden_size?: number;
    readonly projected_task_embedding_size?: number;
    readonly omega_dropout?: number;
    readonly identifier?: string;
    readonly normalisation?: string;
    readonly regulariser?: { readonly lambda?: number; readonly coefficient?: number };
    readonly [option: string]: unknown;
  };
  readonly adapters?: readonly string[];
  /** By task in joint training, like the problem. */
  readonly head: CaseHead | Readonly<Record<string, CaseHead>>;
  readonly problem: string | Readonly<Record<string, string>>;
  readonly weights_from?: readonly string[];
  readonly batches: readonly Batch[];
  readonly single_step: {
    readonly batch?: number;
    readonly batch_of_prefix?: Readonly<Record<string, number>>;
  };
  readonly curve?: {
    readonly steps: number;
    readonly batch_order: readonly number[];
    readonly optimizer: Optimizer;
  };
  readonly trainable?: readonly string[];
  readonly zero_gradient?: readonly string[];
  readonly merged?: unknown;
  readonly soup?: {
    readonly target: string;
    readonly sources: readonly string[];
    readonly mean_cosine: Readonly<Record<string, number>>;
    readonly weights: Readonly<Record<string, number>>;
  };
  readonly tolerance: Tolerance;
  readonly tolerance_float64: Tolerance;
}

export interface Tolerance {
  readonly outputs: number;
  readonly grads?: number;
  readonly curve_loss?: number;
  readonly curve_grad_norm?: number;
  readonly after_of_travel_rms?: number;
  readonly after_absolute?: number;
}

export interface Case {
  readonly name: string;
  readonly file: CaseFile;
  /** The case's own tensors by their full names. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Initial weights by key, including those of `weights_from`. */
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

function readTensors(path: string): Map<string, NamedTensor> {
  const file = parseSafetensors(readBytes(path), path);
  return new Map(
    [...file.entries].map(([name, { shape, dtype }]) => {
      // Masks and ids are int32. Every recorded tensor used here is floating point.
      const data = dtype === 'I32' ? Float32Array.from(file.int32(name)) : file.float32(name);
      return [name, { shape, data }];
    }),
  );
}

const bare = (key: string): string => key.replace(/^weights\//, '');

/** Reads weights from files by their keys. */
export function readWeights(paths: readonly string[]): Map<string, NamedTensor> {
  return new Map(
    paths.flatMap((path) => [...readTensors(path)].map(([key, tensor]) => [bare(key), tensor] as const)),
  );
}

/**
 * Reads a case.
 *
 * @param folder folder of its files; files shared by several cases are next to it
 */
export function readCase(id: string, folder: string = caseFolder(id)): Case {
  const recorded = described(folder);
  const rename = renaming(recorded);
  const list = (keys: readonly string[] | undefined): readonly string[] => (keys ?? []).map(rename);
  const file = {
    ...recorded,
    trainable: list(recorded.trainable),
    zero_gradient: list(recorded.zero_gradient),
  };
  const own = readTensors(join(folder, 'tensors.safetensors'));
  const tensors = new Map([...own].map(([key, tensor]) => [inGroup(key, rename), tensor]));
  const weights = readWeights((file.weights_from ?? []).map((from) => join(dirname(folder), from)));
  for (const [key, tensor] of tensors) if (key.startsWith('weights/')) weights.set(bare(key), tensor);
  return { name: id, file, tensors, weights };
}

/**
 * Converts parameter names to those of this library. PEFT wraps the model and adapted layers, the official joint models
 * wrap encoder and heads.
 */
function renaming({ encoder, problem }: CaseFile): (key: string) => string {
  if (typeof problem === 'string')
    return (key) => key.replace(/^base_model\.model\./, '').replace(/\.base_layer\.bias$/, '.bias');
  const prefix = encoder.config?.model_type === 'bert' ? 'bert' : 'roberta';
  return (key) =>
    key
      .replace(/^encoder\./, `${prefix}.`)
      .replace(/^taskmodels_dict\.[^.]+\.(heads|roberta|bert)\./, '$1.')
      .replace(/^taskmodels_dict\.([^.]+)\.classifier\.(dense|out_proj)\./, 'heads.$1.$2.')
      .replace(/^taskmodels_dict\.([^.]+)\.classifier\./, 'heads.$1.classifier.');
}

/** Renames the parameter in a tensor's key, such as `grads/TASK/KEY`. */
function inGroup(key: string, rename: (key: string) => string): string {
  const at = key.lastIndexOf('/') + 1;
  return key.slice(0, at) + rename(key.slice(at));
}

/** Returns a file named by a case, next to the case's folder. */
export function besideGolden(id: string, path: string): string {
  return join(dirname(dirname(caseFolder(id))), path);
}

/** Returns tensors in memory as a checkpoint reader. */
export function memoryReader(tensors: ReadonlyMap<string, NamedTensor>): TensorReader {
  const get = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`no tensor ${name}`);
    return tensor.data;
  };
  const entry = (shape: readonly number[]): object => ({ dtype: 'F32', shape, begin: 0, end: 0 });
  return {
    metadata: new Map(),
    entries: new Map(
      [...tensors].map(([name, { shape }]) => [name, entry(shape)]),
    ) as TensorReader['entries'],
    readBytes: async (name) => new Uint8Array(get(name).slice().buffer),
    readFloat32: async (name) => get(name),
    readInt32: async () => new Int32Array(),
  };
}
