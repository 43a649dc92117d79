import {
  type Encoder,
  type ModelFolder,
  type ModelSnapshot,
  readSnapshot,
  readSourceFolder,
  TrainedModel,
} from '@scalearn/core';
import { isLora, type MethodReader, type SavedHead, singleHead, taskName } from '@scalearn/core/methods';
import { describeTask, type TaskInfo, taskIds } from '@scalearn/datasets';
import { encoderArchitecture, type FamilyOptions } from '@scalearn/encoders';
import { taskOfHead, tasksOf } from '@scalearn/models';
import { FolderError, fromFile } from '../errors.ts';
import type { Reporter } from '../events/events.ts';
import { ownMethods } from '../methods/registry.ts';
import { type RunFile, type StoredArchitecture, storedArchitecture } from '../runs/run-schema.ts';
import { openStoredModel, type StoredModel } from '../runs/stored-model.ts';
import { runOfTask } from '../tasks/model-task.ts';

/**
 * Reads a model folder and loads the model on its encoder's device, ready to predict.
 *
 * @param reporter receives warnings about what could not be checked
 * @param tasks that the model will predict, with as many classes as the model has: one, or some of those it was trained
 * for; by default those of the folder
 * @param readers of methods besides core's
 * @throws FolderError if it was trained on another encoder or for other classes, ModelFileError if files are damaged
 */
export async function loadModel(
  path: string,
  encoder: Encoder,
  reporter: Pick<Reporter, 'warn'>,
  tasks: readonly TaskShape[] = [],
  readers: readonly MethodReader[] = ownMethods.readers,
): Promise<TrainedModel> {
  return loadStoredModel(await openStoredModel(path), encoder, reporter, tasks, readers);
}

/** Loads the model of a folder that is open; see {@link loadModel}. */
export async function loadStoredModel(
  { path, folder, run, info }: StoredModel,
  encoder: Encoder,
  reporter: Pick<Reporter, 'warn'>,
  tasks: readonly TaskShape[],
  readers: readonly MethodReader[],
): Promise<TrainedModel> {
  const { fingerprint, name } = encoder;
  const trainedOn = run?.encoder ?? info?.encoder;
  if (trainedOn && trainedOn.fingerprint !== fingerprint)
    throw new FolderError(
      `${path} was trained on another encoder, ${trainedOn.name} (fingerprint ${short(trainedOn.fingerprint)}); ${name} has ${short(fingerprint)}`,
    );
  if (run) checkEncoderShape(path, run, encoder);
  const target = { encoder: encoder.architecture, encoderFingerprint: fingerprint, modelName: name };
  const snapshot = await fromFile(path, () => readSnapshot(folder, target, readers));
  for (const warning of snapshot.warnings ?? []) reporter.warn(warning);
  const several = snapshot.tasks.length > 1;
  const stored = storedTasks(path, { run, info }, snapshot);
  for (const task of tasks) {
    const head = several ? snapshot.heads.get(taskName(task)) : singleHead(snapshot);
    if (!head)
      throw new FolderError(`${path} is for ${snapshot.tasks.join(', ')}; it has no head for ${task.id}`);
    checkHead(head, task, path);
  }
  // A model of a single task accepts any task with the same classes.
  const shapes = several
    ? stored.map((each) => tasks.find(({ id }) => id === each.id) ?? each)
    : [tasks[0] ?? (stored[0] as TaskShape)];
  return fromFile(path, () => TrainedModel.fromSnapshot(encoder, snapshot, shapes));
}

/** Returns the encoder that a model was trained on, as `run.json` describes it. */
export function snapshotTarget({ encoder }: RunFile, known: FamilyOptions): SnapshotTarget {
  const { shape, fingerprint: encoderFingerprint, name: modelName } = encoder;
  return { encoder: encoderArchitecture(shape, known), encoderFingerprint, modelName };
}

type SnapshotTarget = Parameters<typeof readSnapshot>[1];
type TaskShape = Pick<TaskInfo, 'id' | 'problem' | 'labels' | 'maxLength' | 'truncation'>;

/**
 * Returns what a folder says about the tasks of its model: `scalearn.json`, or, in folders of earlier versions,
 * `run.json`.
 */
export function storedTasks(
  path: string,
  { run, info }: Pick<StoredModel, 'run' | 'info'>,
  snapshot: Pick<ModelSnapshot, 'heads' | 'tasks'>,
): readonly TaskShape[] {
  if (info || !run) return tasksOf(path, info, snapshot).map(shapeOf);
  const { heads } = snapshot;
  return [...heads].map(([name, head]) => runTask(name, head, heads.size > 1 ? runOfTask(run, name) : run));
}

const shapeOf = ({ id, problem, labels, maxLength, truncation }: TaskShape): TaskShape => ({
  ...{ id, problem, labels, maxLength, truncation },
});

function runTask(name: string, head: SavedHead, run: RunFile | undefined): TaskShape {
  const known = taskOfHead(name, head);
  if (!run) return known;
  const { task: id, settings } = run;
  const truncation = taskIds.includes(id) ? describeTask(id).truncation : known.truncation;
  return { ...known, id, maxLength: settings.maxLength, truncation };
}

const short = (fingerprint: string): string => `${fingerprint.slice(0, 12)}…`;

function checkHead(
  { options, labels: known }: SavedHead,
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

function differs(model: string, key: string, said: unknown, other: string, found: unknown): FolderError {
  return new FolderError(
    `${model}/run.json says encoder.shape.${key} ${JSON.stringify(said)}, but ${other} ${JSON.stringify(found)}; restore the file`,
  );
}

/** Checks the loaded encoder. @throws FolderError if `run.json` describes another one */
function checkEncoderShape(
  model: string,
  { encoder }: Pick<RunFile, 'encoder'>,
  { name, architecture }: Pick<Encoder, 'name' | 'architecture'>,
): void {
  const shape = storedArchitecture(architecture);
  // Earlier versions did not write all fields.
  for (const key of Object.keys(shape) as (keyof StoredArchitecture)[])
    if (encoder.shape[key] !== undefined && JSON.stringify(encoder.shape[key]) !== JSON.stringify(shape[key]))
      throw differs(model, key, encoder.shape[key], `the encoder ${name} has`, shape[key]);
}

/** Checks the encoder that `run.json` describes. @throws FolderError if the model's sources do not fit it */
export async function checkSourceShapes(
  model: string,
  folder: ModelFolder,
  { encoder: { shape }, sources, files }: Pick<RunFile, 'encoder' | 'sources' | 'files'>,
): Promise<void> {
  for (const { name } of sources) {
    // A method that combines its sources into one adapter stores that one alone.
    if (!files.some((file) => file.startsWith(`${name}/`))) continue;
    const source = await readSourceFolder(folder, `${name}/`);
    // A LoRA says which layers it adapts. They are compared with those of the encoder.
    if (isLora(source)) continue;
    const { hiddenSize, layers } = source;
    const tensors = `the tensors of ${model}/${name} have`;
    if (hiddenSize !== shape.hiddenSize)
      throw differs(model, 'hiddenSize', shape.hiddenSize, tensors, hiddenSize);
    if (layers.length !== shape.layers) throw differs(model, 'layers', shape.layers, tensors, layers.length);
  }
}
