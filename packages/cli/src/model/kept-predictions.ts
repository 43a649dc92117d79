import { writeSafetensors } from '@scalearn/core';
import type { TestAnswers } from './scores.ts';

/** In a run's folder: what the model answered to every test row, for tests of significance later. */
export const predictionsFileName = 'predictions.safetensors';

export interface TaskPredictions {
  readonly task: string;
  readonly splits: TestAnswers;
}

/**
 * Tensors `test/logits` `[rows, columns]` and `test/labels` `[rows]`, `[rows, columns]` for multi-label tasks, in f32;
 * `testMismatched/…` where there is one. Those of a joint model begin with the task's id.
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
