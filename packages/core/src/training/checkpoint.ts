import { ScalearnError } from '../errors.ts';
import { parseSafetensors, type Safetensors } from '../files/safetensors-reader.ts';
import { type TensorToWrite, writeSafetensors } from '../files/safetensors-writer.ts';
import type { ParameterGroup } from '../nn/parameters.ts';
import type { EarlyStoppingState } from './early-stopping.ts';
import type { EpochRecord } from './events.ts';

/** A checkpoint that belongs to another run, or is damaged. */
export class CheckpointError extends ScalearnError {
  override name = 'CheckpointError';
}

/** Where checkpoints are kept. `save` must be atomic: after it, `load` gives either the old or the new bytes. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

/** Everything besides tensors that a run continues from. Random streams are functions of the seed and the step. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Loss times examples, and examples, since the epoch began. */
  readonly lossSum: number;
  readonly lossRows: number;
  readonly stopping: EarlyStoppingState;
  readonly history: readonly EpochRecord[];
  readonly finished: boolean;
  /** Seconds of training so far. */
  readonly seconds: number;
}

/** What decides a run: a checkpoint continues only under the same. */
export type RunSettings = Readonly<Record<string, string | number | null>>;

/** A group's vectors: parameters, both moments, and the parameters of the best evaluation. */
export interface GroupState {
  readonly values: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly best: Float32Array;
}

const version = 1;

export function encodeCheckpoint(
  settings: RunSettings,
  progress: Progress,
  groups: ReadonlyMap<string, GroupState>,
): Uint8Array {
  const tensors = [...groups].flatMap(([name, state]) =>
    Object.entries(state).map(([key, data]): [string, TensorToWrite] => [
      `${name}/${key}`,
      { shape: [data.length], data },
    ]),
  );
  return writeSafetensors(tensors, {
    version: String(version),
    settings: JSON.stringify(settings),
    progress: JSON.stringify(progress, writeNumber),
  });
}

/** @throws CheckpointError if it is damaged, or belongs to a run with other settings; SafetensorsError */
export function decodeCheckpoint(
  bytes: Uint8Array,
  settings: RunSettings,
  groups: readonly ParameterGroup[],
): { readonly progress: Progress; readonly groups: Map<string, GroupState> } {
  const file = parseSafetensors(bytes, 'checkpoint');
  if (file.metadata.get('version') !== String(version))
    throw new CheckpointError(
      'the checkpoint is of another version of this library; start again with overwrite',
    );
  const stored = parseMetadata(file, 'settings') as RunSettings;
  const different = [...new Set([...Object.keys(settings), ...Object.keys(stored)])].filter(
    (key) => settings[key] !== stored[key],
  );
  if (different.length > 0) {
    const show = (key: string): string =>
      `${key} was ${JSON.stringify(stored[key])}, is ${JSON.stringify(settings[key])}`;
    throw new CheckpointError(
      `the checkpoint belongs to a run with other settings: ${different.map(show).join('; ')}`,
    );
  }
  const result = new Map<string, GroupState>();
  for (const { name, size } of groups) {
    const read = (key: string): Float32Array => {
      const data = file.float32(`${name}/${key}`);
      if (data.length !== size)
        throw new CheckpointError(`the checkpoint's ${name}/${key} has ${data.length} values, not ${size}`);
      return data.slice();
    };
    result.set(name, { values: read('values'), m: read('m'), v: read('v'), best: read('best') });
  }
  return { progress: parseProgress(parseMetadata(file, 'progress', readNumber)), groups: result };
}

/** JSON has no NaN, infinities or -0, which metrics can be; progress holds no strings of its own. */
const writeNumber = (_: string, value: unknown): unknown => {
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
};
const readNumber = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? Number(value) : value;

function damaged(cause?: unknown): CheckpointError {
  return new CheckpointError('the checkpoint is damaged; start again with overwrite', { cause });
}

function parseMetadata(
  file: Safetensors,
  key: string,
  revive?: (key: string, value: unknown) => unknown,
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(file.metadata.get(key) ?? '', revive);
  } catch (cause) {
    throw damaged(cause);
  }
  if (typeof value !== 'object' || value === null) throw damaged();
  return value as Record<string, unknown>;
}

function parseProgress(value: Record<string, unknown>): Progress {
  const { step, lossSum, lossRows, stopping, history, finished, seconds } = value;
  const numbers = [step, lossSum, lossRows, seconds];
  const { evaluations } = (stopping ?? {}) as Partial<EarlyStoppingState>;
  if (!numbers.every((n) => typeof n === 'number') || typeof finished !== 'boolean') throw damaged();
  if (!Array.isArray(history) || evaluations !== history.length) throw damaged();
  return value as unknown as Progress;
}
