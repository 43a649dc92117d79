import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NamedTensor, parseSafetensors, type TensorReader } from '@scalearn/core';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of recorded cases; `models/…` and `data/…` that cases name lie beside it. */
export const goldenFolder: string = resolve(root, process.env.SCALEARN_GOLDEN ?? '../shared/golden');

/** Names of the cases of a folder that satisfy a condition, or none where there is no such folder. */
export function caseNames(
  satisfies: (file: CaseFile) => boolean = ({ kind }) => kind !== 'sampler',
  folder: string = goldenFolder,
): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'case.json')))
    .filter((name) => satisfies(readFile(name, folder)))
    .sort();
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
  /** Whose batch it is, in joint training. */
  readonly task?: string;
}

export interface CaseHead {
  readonly name: string;
  readonly layers?: number;
  readonly num_labels?: number;
  readonly num_choices?: number;
}

/** A `case.json`, as far as it is used here. */
export interface CaseFile {
  readonly id: string;
  /** Cases of the sampler need no device: they are tested with it. */
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
  /** Initial weights by key, those of `weights_from` included. */
  readonly weights: ReadonlyMap<string, NamedTensor>;
}

function readTensors(path: string): Map<string, NamedTensor> {
  const file = parseSafetensors(readFileSync(path), path);
  return new Map(
    [...file.entries].map(([name, { shape, dtype }]) => {
      // Masks and ids are int32; here every recorded tensor is floating point.
      const data = dtype === 'I32' ? Float32Array.from(file.int32(name)) : file.float32(name);
      return [name, { shape, data }];
    }),
  );
}

function readFile(name: string, folder: string): CaseFile {
  return JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')) as CaseFile;
}

export function readCase(name: string, folder: string = goldenFolder): Case {
  const recorded = readFile(name, folder);
  const rename = renaming(recorded);
  const list = (keys: readonly string[] | undefined): readonly string[] => (keys ?? []).map(rename);
  const file = {
    ...recorded,
    trainable: list(recorded.trainable),
    zero_gradient: list(recorded.zero_gradient),
  };
  const own = join(folder, name, 'tensors.safetensors');
  const tensors = new Map(
    existsSync(own) ? [...readTensors(own)].map(([key, tensor]) => [inGroup(key, rename), tensor]) : [],
  );
  const weights = new Map<string, NamedTensor>();
  const bare = (key: string): string => key.replace(/^weights\//, '');
  for (const from of file.weights_from ?? [])
    for (const [key, tensor] of readTensors(join(folder, from))) weights.set(bare(key), tensor);
  for (const [key, tensor] of tensors) if (key.startsWith('weights/')) weights.set(bare(key), tensor);
  return { name, file, tensors, weights };
}

/** Names of parameters as this library has them: the official joint models keep encoder and heads in wrappers. */
function renaming({ encoder, problem }: CaseFile): (key: string) => string {
  if (typeof problem === 'string') return (key) => key;
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

/** A file that a case names, beside the golden folder. */
export function besideGolden(path: string): string {
  return join(dirname(goldenFolder), path);
}

/** Tensors in memory as the reader of a checkpoint. */
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
