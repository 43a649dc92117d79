import type { FileSet, ModelFolder, TaskShape } from '@scalearn/core';
import {
  JsonFields,
  jsonCount,
  jsonExactly,
  jsonList,
  jsonNumberIn,
  jsonObject,
  jsonOneOf,
  jsonOrNull,
  jsonText,
} from '@scalearn/core/files';
import { type SavedHead, stableStringify } from '@scalearn/core/methods';
import { ModelError } from './errors.ts';

/** Name of the file in a model folder that describes how to use the model. */
export const modelInfoFile = 'scalearn.json';

/** How outputs of a task become probabilities and labels. */
export interface Calibration {
  /** Number by which logits are divided before they become probabilities. 1 changes nothing. */
  readonly temperature: number;
  /** Probability above which a label of a multi-label task is predicted. 0.5 without calibration. */
  readonly threshold: number;
}

/** The calibration of a task that has none. */
export const noCalibration: Calibration = { temperature: 1, threshold: 0.5 };

/** A task of a model. */
export interface TaskInfo extends TaskShape, Calibration {}

/** The encoder that a model was trained on. */
export interface EncoderInfo {
  /** Name in messages: hub name or folder name. */
  readonly name: string;
  /** SHA-256 over its configuration and weights. */
  readonly fingerprint: string;
  /** Number of its layers that are used. */
  readonly layers: number;
  /** Where it can be loaded from: a hub name, a URL or a path. Null if that is not known. */
  readonly source: string | null;
}

/** Content of `scalearn.json`: what is needed to use a model, besides its tensors. */
export interface ModelInfo {
  /** The encoder, which is not part of the folder. */
  readonly encoder: EncoderInfo;
  /** One task, or several after joint training. */
  readonly tasks: readonly TaskInfo[];
}

const formatVersion = 1;

/** Returns `scalearn.json` for a model. */
export function modelInfoFiles({ encoder, tasks }: ModelInfo): FileSet {
  return { [modelInfoFile]: stableStringify({ formatVersion, encoder, tasks }) };
}

const problems = [
  'singleLabelClassification',
  'regression',
  'multiLabelClassification',
  'multipleChoice',
] as const;

/**
 * Parses `scalearn.json`.
 *
 * @param where the file, for messages
 * @throws ModelError if the text is not such a file
 */
export function parseModelInfo(text: string, where: string): ModelInfo {
  const json = JsonFields.parse(text, where, ModelError);
  json.get('formatVersion', jsonExactly(formatVersion));
  json.only(['formatVersion', 'encoder', 'tasks']);
  const tasks = json.get('tasks', jsonList(jsonObject));
  if (tasks.length === 0) throw json.error('tasks is empty; a model has at least one');
  return {
    encoder: parseEncoder(json.object('encoder')),
    tasks: tasks.map((task, i) => parseTask(JsonFields.of(task, `${where}: tasks[${i}]`, ModelError))),
  };
}

/**
 * Reads `scalearn.json` of a model folder.
 *
 * @returns undefined if there is none, as in folders of other programs
 * @throws ModelError if it is damaged
 */
export async function readModelInfo(folder: ModelFolder): Promise<ModelInfo | undefined> {
  const text = await folder.text(modelInfoFile);
  return text === undefined ? undefined : parseModelInfo(text, `${folder.describe()}/${modelInfoFile}`);
}

function parseEncoder(json: JsonFields): EncoderInfo {
  json.only(['name', 'fingerprint', 'layers', 'source']);
  return {
    name: json.get('name', jsonText),
    fingerprint: json.get('fingerprint', jsonText),
    layers: json.get('layers', jsonCount(1, 1024)),
    source: json.get('source', jsonOrNull(jsonText)),
  };
}

function parseTask(json: JsonFields): TaskInfo {
  json.only(['id', 'problem', 'labels', 'maxLength', 'truncation', 'temperature', 'threshold']);
  const problem = json.get('problem', jsonOneOf(problems));
  const labels = json.get('labels', jsonOrNull(jsonList(jsonText)));
  if ((labels === null) !== (problem === 'regression'))
    throw json.error('labels must be null for regression, and a list for other problems');
  return {
    ...{ problem, labels, id: json.get('id', jsonText) },
    maxLength: json.get('maxLength', jsonCount(1)),
    truncation: json.get('truncation', jsonOneOf(['longestFirst', 'onlyFirst'])),
    temperature: json.get('temperature', jsonNumberIn(1e-6, Number.POSITIVE_INFINITY)),
    threshold: json.get('threshold', jsonNumberIn(0, 1)),
  };
}

/**
 * Returns the task of a head, for a folder that says no more about it. Texts have at most 128 tokens. Labels without
 * names are `LABEL_0`, `LABEL_1`, …, as in the Python libraries.
 *
 * @param name name of the head
 */
export function taskOfHead(name: string, { options, labels }: SavedHead): TaskShape {
  const { problem, outputs } = options;
  const isNamed = labels?.length === outputs;
  return {
    ...{ id: name, problem, maxLength: 128, truncation: 'longestFirst' },
    labels:
      problem === 'regression'
        ? null
        : isNamed
          ? labels
          : Array.from({ length: outputs }, (_, id) => `LABEL_${id}`),
  };
}
