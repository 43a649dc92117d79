import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSafetensors, type Safetensors, writeSafetensors } from '@scalearn/core/files';
import {
  argmaxPredictions,
  type Logits,
  multiLabelPredictions,
  type Numbers,
  type Problem,
} from '@scalearn/evaluation';
import { encodeList } from '@scalearn/report';
import { asFolderError, FolderError, systemCode } from '../errors.ts';
import type { TestPredictions } from './scores.ts';

/** File in a run's folder with the model's predictions for every test row, for later significance tests. */
export const predictionsFileName = 'predictions.safetensors';

export interface TaskPredictions {
  readonly task: string;
  readonly splits: TestPredictions;
}

/**
 * Encodes the tensors `test/logits` `[rows, columns]` and `test/labels` `[rows]`, or `[rows, columns]` for multi-label
 * tasks, in f32. `testMismatched/…` follows if there is such a split. Names of a joint model begin with the task's id.
 */
export function encodePredictions(tasks: readonly TaskPredictions[], isJoint: boolean): Uint8Array {
  return writeSafetensors(
    tasks.flatMap(({ task, splits }) =>
      Object.entries(splits).flatMap(([split, { logits, labels, rows, columns }]) => {
        const at = isJoint ? `${task}/${split}` : split;
        const labelShape = labels.length === rows ? [rows] : [rows, columns];
        return [
          [`${at}/logits`, { shape: [rows, columns], data: logits }] as const,
          [`${at}/labels`, { shape: labelShape, data: Float32Array.from(labels) }] as const,
        ];
      }),
    ),
  );
}

/** What a run kept of a task's test split. */
export interface KeptTask {
  /** Labels in the form of reports. */
  readonly labels: string;
  readonly predictions: string;
  readonly columns: number;
}

/** Opens the file with a run's predictions for its test rows; returns undefined if it kept none. */
export async function openPredictions(folder: string): Promise<Safetensors | undefined> {
  const path = join(folder, predictionsFileName);
  try {
    return parseSafetensors(await readFile(path), path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw asFolderError(error, `${path} could not be read`);
  }
}

/**
 * Returns one task's labels and predictions, where they were kept.
 *
 * @param prefix of the tensors' names: empty unless the model is a joint one
 */
export function keptTask(file: Safetensors, prefix: string, problem: Problem): KeptTask | undefined {
  const at = `${prefix}test`;
  const shape = file.entries.get(`${at}/logits`)?.shape;
  if (!shape || !file.entries.has(`${at}/labels`)) return undefined;
  const [rows = 0, columns = 1] = shape;
  if (shape.length > 2 || columns < 1)
    throw new FolderError(`${predictionsFileName}: ${at}/logits are not a table; train the model again`);
  // Reports keep one digit in base 36 for each class.
  if (problem !== 'regression' && columns > 36) return undefined;
  const logits = { logits: file.float32(`${at}/logits`), rows, columns };
  const labels = file.float32(`${at}/labels`);
  const expected = problem === 'multiLabelClassification' ? rows * columns : rows;
  if (labels.length !== expected)
    throw new FolderError(
      `${predictionsFileName}: ${at} has ${labels.length} labels for ${rows} rows; train the model again`,
    );
  return {
    labels: encodeList(problem, labels),
    predictions: encodeList(problem, predictionsOf(problem, logits)),
    columns,
  };
}

function predictionsOf(problem: Problem, logits: Logits): Numbers {
  if (problem === 'regression') return logits.logits;
  return problem === 'multiLabelClassification' ? multiLabelPredictions(logits) : argmaxPredictions(logits);
}
