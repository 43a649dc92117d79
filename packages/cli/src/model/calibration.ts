import { type Calibration, noCalibration } from '@scalearn/models';
import { openStoredModel } from '../folders/model-folder.ts';

/**
 * Reads how a model's outputs become probabilities and labels.
 *
 * @param path the model's folder
 * @returns the calibration of a task by its id; none for a folder or a task without one
 * @throws ModelError if `scalearn.json` is damaged
 */
export async function storedCalibration(path: string): Promise<(task: string) => Calibration> {
  const { info } = await openStoredModel(path);
  return (task) => {
    const { temperature, threshold } = info?.tasks.find(({ id }) => id === task) ?? noCalibration;
    return { temperature, threshold };
  };
}
