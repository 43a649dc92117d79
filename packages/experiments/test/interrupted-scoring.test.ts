import { InterruptedError, type TrainedModel } from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { noCalibration } from '@scalearn/models';
import { expect, test } from 'vitest';
import { StoppedError } from '../src/errors.ts';
import { evaluateTask } from '../src/models/evaluate-task.ts';

test.each(['test', 'validation'] as const)(
  'an interrupted evaluation of the %s split ends as stopped',
  async (split) => {
    const controller = new AbortController();
    const reason = new StoppedError('Interrupted; nothing was changed.');
    // What a model does whose prediction is interrupted.
    const model: Pick<TrainedModel, 'predict'> = {
      predict: async () => {
        controller.abort(reason);
        throw new InterruptedError('the prediction was interrupted');
      },
    };
    const task = await loadTask('miniglue/rte', { limit: 4, evalLimit: 4 });
    const how = {
      path: 'model',
      split,
      calibration: noCalibration,
      predicting: { signal: controller.signal },
    };
    await expect(evaluateTask(model as TrainedModel, task, how)).rejects.toBe(reason);
  },
);
