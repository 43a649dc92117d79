import { type Encoder, type ModelSnapshot, readSnapshot, TrainedModel } from '@scalearn/core';
import type { TaskInfo } from '@scalearn/datasets';
import { FolderError, fromFile } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { readRunFile } from '../folders/run-json.ts';
import { checkEncoderShape } from './check-shape.ts';

/**
 * Reads a model folder and puts the model on its encoder's device, ready to predict.
 *
 * @param task whose rows it will be given; with as many classes as the model has
 * @throws FolderError if it was trained on another encoder or for other classes, ModelFileError if files are damaged
 */
export async function loadModel(
  path: string,
  encoder: Encoder,
  task: Pick<TaskInfo, 'id' | 'problem' | 'labels' | 'maxLength' | 'truncation'>,
): Promise<TrainedModel> {
  const run = await readRunFile(path);
  const { fingerprint, name } = encoder;
  if (run && run.encoder.fingerprint !== fingerprint)
    throw new FolderError(
      `${path} was trained on another encoder, ${run.encoder.name} (fingerprint ${short(run.encoder.fingerprint)}); ${name} has ${short(fingerprint)}`,
    );
  const folder = await openModelFolder(path);
  if (run) checkEncoderShape(path, run, encoder);
  const target = { encoder: encoder.shape, encoderFingerprint: fingerprint, modelName: name };
  const snapshot = await fromFile(path, () => readSnapshot(folder, target));
  checkHead(snapshot, task, path);
  return fromFile(path, () => TrainedModel.fromSnapshot(encoder, snapshot, task));
}

const short = (fingerprint: string): string => `${fingerprint.slice(0, 12)}…`;

function checkHead(
  { head: { options, labels: known } }: ModelSnapshot,
  { id, problem, labels }: Pick<TaskInfo, 'id' | 'problem' | 'labels'>,
  path: string,
): void {
  const outputs = labels?.length ?? 1;
  if (options.problem !== problem || options.outputs !== outputs)
    throw new FolderError(
      `${path} has ${options.outputs} outputs for ${options.problem}, ${id} needs ${outputs} for ${problem}`,
    );
  const sameLabels = labels?.every((label) => known?.includes(label)) ?? true;
  if (sameLabels && known && String(known) !== String(labels))
    throw new FolderError(
      `${path} has the labels ${known.join(', ')} in this order, ${id} has them as ${labels?.join(', ')}`,
    );
}
