import { type Calibration, modelInfoFile, noCalibration, parseModelInfo } from '@scalearn/models';
import { fromFile } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';

/**
 * Reads how a model's outputs become probabilities, from its `scalearn.json`.
 *
 * @returns the calibration of a task by its id; `noCalibration` for folders of earlier versions and of other programs
 */
export async function storedCalibration(path: string): Promise<(task: string) => Calibration> {
  const text = await (await openModelFolder(path)).text(modelInfoFile);
  if (text === undefined) return () => noCalibration;
  const { tasks } = await fromFile(path, () => parseModelInfo(text, `${path}/${modelInfoFile}`));
  // A model of one task accepts other tasks with the same labels, such as new files.
  return (id) => tasks.find((task) => task.id === id) ?? (tasks.length === 1 ? tasks[0]! : noCalibration);
}
