import { type Calibration, noCalibration } from '@scalearn/models';
import type { StoredModel } from '../folders/model-folder.ts';

/**
 * Returns how a model's outputs become probabilities, as its `scalearn.json` says.
 *
 * @returns the calibration of a task by its id; `noCalibration` for folders of earlier versions and of other programs
 */
export function storedCalibration({ info }: Pick<StoredModel, 'info'>): (task: string) => Calibration {
  const tasks = info?.tasks ?? [];
  // A model of one task accepts other tasks with the same labels, such as new files.
  return (id) => tasks.find((task) => task.id === id) ?? (tasks.length === 1 ? tasks[0]! : noCalibration);
}
