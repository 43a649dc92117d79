import { known } from '../elements.ts';
import {
  type JsonFields,
  jsonBoolean,
  jsonCount,
  jsonList,
  jsonNumberIn,
  jsonRecord,
  jsonShape,
  jsonText,
} from '../files/json-fields.ts';
import type { EpochRecord } from '../model/history.ts';
import type { ParameterGroup } from '../nn/parameters.ts';
import type { EarlyStoppingState } from './early-stopping.ts';
import { anyNumber, decodeState, encodeState, type RunSettings } from './state-file.ts';

/** The state of a run besides tensors. Random streams are functions of the seed and the step. */
export interface Progress {
  /** Number of completed steps. */
  readonly step: number;
  /** Number of completed steps of each task, by its name. */
  readonly taskSteps: Readonly<Record<string, number>>;
  /** Sums since the start of the epoch: loss times examples, and examples. Class weights weight the examples. */
  readonly lossSum: number;
  readonly lossRows: number;
  readonly stopping: EarlyStoppingState;
  readonly history: readonly EpochRecord[];
  readonly finished: boolean;
  /** Seconds of training so far. */
  readonly seconds: number;
  /** The device's choice of kernels, see `Device.kernels`; empty if it chooses none. */
  readonly kernels: Readonly<Record<string, string>>;
}

/** The vectors of a group: parameters, both moments, and the parameters of the best evaluation. */
export interface GroupState {
  readonly values: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly best: Float32Array;
}

/** One vector for each parameter group, by its name. */
export type GroupVectors = ReadonlyMap<string, Float32Array>;

export function encodeCheckpoint(
  settings: RunSettings,
  progress: Progress,
  groups: ReadonlyMap<string, GroupState>,
  note?: string,
): Uint8Array {
  const vectors = [...groups].flatMap(([name, state]) =>
    Object.entries(state).map(([key, data]): [string, Float32Array] => [`${name}/${key}`, data]),
  );
  return encodeState(settings, progress, vectors, note);
}

/** Reads a checkpoint. @throws CheckpointError if it is damaged or of a run with other settings; SafetensorsError */
export function decodeCheckpoint(
  bytes: Uint8Array,
  settings: RunSettings,
  groups: readonly Pick<ParameterGroup, 'name' | 'size'>[],
): { readonly progress: Progress; readonly groups: Map<string, GroupState> } {
  const file = decodeState(bytes, settings);
  const result = new Map<string, GroupState>();
  for (const { name, size } of groups) {
    const read = (key: string): Float32Array => file.vector(`${name}/${key}`, size);
    result.set(name, { values: read('values'), m: read('m'), v: read('v'), best: read('best') });
  }
  return { progress: parseProgress(file.progress), groups: result };
}

const metrics = jsonRecord(anyNumber);
const isTaskRecord = jsonShape({ task: jsonText, validationLoss: anyNumber, validationMetrics: metrics });
const isEpochRecord = jsonShape(
  {
    epoch: jsonCount(1),
    step: jsonCount(0),
    trainLoss: anyNumber,
    validationLoss: anyNumber,
    validationMetrics: metrics,
  },
  { tasks: jsonList(isTaskRecord) },
);

function parseProgress(json: JsonFields): Progress {
  const stopping = json.object('stopping');
  const progress: Progress = {
    step: json.get('step', jsonCount(0)),
    taskSteps: json.get('taskSteps', jsonRecord(jsonCount(0))),
    lossSum: json.get('lossSum', anyNumber),
    lossRows: json.get('lossRows', jsonNumberIn(0, Infinity)),
    stopping: {
      best: stopping.take('best', anyNumber, undefined),
      bestEvaluation: stopping.get('bestEvaluation', jsonCount(0)),
      evaluations: stopping.get('evaluations', jsonCount(0)),
      waited: stopping.get('waited', jsonCount(0)),
    },
    history: json.get('history', jsonList(isEpochRecord)),
    finished: json.get('finished', jsonBoolean),
    seconds: json.get('seconds', jsonNumberIn(0, Infinity)),
    // Earlier versions chose none.
    kernels: json.take('kernels', jsonRecord(jsonText), {}),
  };
  const { step, taskSteps, stopping: state, history } = progress;
  if (Object.values(taskSteps).reduce((sum, n) => sum + n, 0) !== step)
    throw json.error('the steps of its tasks do not match the run');
  if (state.evaluations !== history.length || state.bestEvaluation > history.length)
    throw json.error('its number of evaluations differs from its history');
  return progress;
}

/** Reads a copy of the parameters. */
export async function readValues(groups: readonly ParameterGroup[]): Promise<GroupVectors> {
  const values = new Map<string, Float32Array>();
  for (const group of groups) values.set(group.name, Float32Array.from(await group.values.read()));
  return values;
}

export function writeValues(groups: readonly ParameterGroup[], values: GroupVectors): void {
  for (const group of groups) group.values.write(known(values, group.name));
}

/** Reads a copy of parameters and optimizer state. */
export async function readGroups(
  groups: readonly ParameterGroup[],
  best: GroupVectors,
): Promise<Map<string, GroupState>> {
  const states = new Map<string, GroupState>();
  for (const { name, values, m, v } of groups) {
    const [present, first, second] = await Promise.all([values.read(), m.read(), v.read()]);
    states.set(name, {
      values: Float32Array.from(present),
      m: Float32Array.from(first),
      v: Float32Array.from(second),
      best: known(best, name),
    });
  }
  return states;
}

export function writeGroups(
  groups: readonly ParameterGroup[],
  states: ReadonlyMap<string, GroupState>,
): void {
  for (const { name, values, m, v } of groups) {
    const state = known(states, name);
    values.write(state.values);
    m.write(state.m);
    v.write(state.v);
  }
}
