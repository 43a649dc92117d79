import type { ParameterGroup } from '../nn/parameters.ts';
import type { EarlyStoppingState } from './early-stopping.ts';
import type { EpochRecord } from './events.ts';
import { damagedCheckpoint, decodeState, encodeState, type RunSettings } from './state-file.ts';

/** Where checkpoints are kept. `save` must be atomic: after it, `load` gives either the old or the new bytes. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

/** Everything besides tensors that a run continues from. Random streams are functions of the seed and the step. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Steps done in each task, by its name. */
  readonly taskSteps: Readonly<Record<string, number>>;
  /** Loss times examples, and examples, since the epoch began. */
  readonly lossSum: number;
  readonly lossRows: number;
  readonly stopping: EarlyStoppingState;
  readonly history: readonly EpochRecord[];
  readonly finished: boolean;
  /** Seconds of training so far. */
  readonly seconds: number;
}

/** A group's vectors: parameters, both moments, and the parameters of the best evaluation. */
export interface GroupState {
  readonly values: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly best: Float32Array;
}

export function encodeCheckpoint(
  settings: RunSettings,
  progress: Progress,
  groups: ReadonlyMap<string, GroupState>,
): Uint8Array {
  const vectors = [...groups].flatMap(([name, state]) =>
    Object.entries(state).map(([key, data]): [string, Float32Array] => [`${name}/${key}`, data]),
  );
  return encodeState(settings, progress, vectors);
}

/** @throws CheckpointError if it is damaged, or belongs to a run with other settings; SafetensorsError */
export function decodeCheckpoint(
  bytes: Uint8Array,
  settings: RunSettings,
  groups: readonly ParameterGroup[],
): { readonly progress: Progress; readonly groups: Map<string, GroupState> } {
  const file = decodeState(bytes, settings);
  const result = new Map<string, GroupState>();
  for (const { name, size } of groups) {
    const read = (key: string): Float32Array => file.vector(`${name}/${key}`, size);
    result.set(name, { values: read('values'), m: read('m'), v: read('v'), best: read('best') });
  }
  return { progress: parseProgress(file.progress), groups: result };
}

function parseProgress(value: Readonly<Record<string, unknown>>): Progress {
  const { step, taskSteps, lossSum, lossRows, stopping, history, finished, seconds } = value;
  const numbers = [step, lossSum, lossRows, seconds];
  const counts = Object.values((taskSteps ?? {}) as Record<string, unknown>);
  const { evaluations } = (stopping ?? {}) as Partial<EarlyStoppingState>;
  if (!numbers.every((n) => typeof n === 'number') || typeof finished !== 'boolean')
    throw damagedCheckpoint();
  if (counts.reduce((sum: number, n) => sum + Number(n), 0) !== step) throw damagedCheckpoint();
  if (!Array.isArray(history) || evaluations !== history.length) throw damagedCheckpoint();
  return value as unknown as Progress;
}
