import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Calibration, modelInfoFile, noCalibration, parseModelInfo } from '@scalearn/models';
import { asFolderError, systemCode } from '../errors.ts';

/**
 * Returns the calibration of a model's task, as its folder stores it.
 *
 * @param task id of the task
 * @throws ModelError if the file that stores it is damaged
 */
export async function storedCalibration(model: string, task: string): Promise<Calibration> {
  const path = join(model, modelInfoFile);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw asFolderError(error, `${path} could not be read`);
  });
  if (text === undefined) return noCalibration;
  const { tasks } = parseModelInfo(text, path);
  const { temperature, threshold } = tasks.find(({ id }) => id === task) ?? noCalibration;
  return { temperature, threshold };
}
