import type { Encoder, TrainedModel } from '@scalearn/core';
import { taskName } from '@scalearn/core/methods';
import type { EncoderFamily, TransformerEncoder } from '@scalearn/encoders';
import type { RunFile } from '@scalearn/experiments';
import {
  chosenTask,
  encoderOf,
  loadModelEncoder,
  loadStoredModel,
  type MethodRegistry,
  openStoredModel,
  type PartialTaskChoice,
  type Reporter,
  runOfTask,
  type StoredModel,
  storedCalibration,
} from '@scalearn/experiments/runs';
import type { Calibration } from '@scalearn/models';
import { loadRuntime } from '@scalearn/onnx';
import { readTestRows, type TestRows } from './test-rows.ts';

/** A model of one task that is exported. */
export interface OpenedModel extends Disposable {
  readonly name: string;
  readonly model: TrainedModel;
  /** Id of the method. */
  readonly methodId: string;
  readonly calibration: Calibration;
  readonly rows: TestRows;
  /** Undefined for a folder without `run.json`. */
  readonly run: RunFile | undefined;
}

/** A folder whose model is exported, with what says which task is meant and which rows are scored. */
export interface ModelChoice extends PartialTaskChoice {
  readonly path: string;
  /** Name of the model among several; undefined for the only one. */
  readonly name: string | undefined;
  /** Number of test rows to score; 0 for none. Default: as in training, or the first 1,000. */
  readonly evalLimit?: number | undefined;
}

interface Context {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Returns a choice among several, or, for a joint model, one for each of its tasks. */
export async function choicesOf(choice: ModelChoice): Promise<readonly ModelChoice[]> {
  const { run } = await openStoredModel(choice.path);
  if (!run?.tasks) return [choice];
  return run.tasks.map(({ task }) => ({
    ...choice,
    task,
    name: `${choice.name}/${taskName({ id: task })}`,
  }));
}

/** Loads the encoder of a model. @returns it with its name or folder */
export async function openEncoder(
  { path, task }: Pick<ModelChoice, 'path' | 'task'>,
  given: string | undefined,
  how: Context & { readonly device: Encoder['device']; readonly families: readonly EncoderFamily[] },
): Promise<{ readonly encoder: TransformerEncoder; readonly source: string }> {
  const chosen = chosenTask(await openStoredModel(path, how), task);
  const source = await encoderOf(chosen, given);
  return { source, encoder: await loadModelEncoder(chosen, source, how) };
}

/**
 * Loads a model with its calibration and its test rows.
 *
 * @throws FolderError, UsageError, ModelFileError as for predictions
 */
export async function openModel(
  { path, name, ...choice }: ModelChoice,
  encoder: Encoder,
  { readers }: Pick<MethodRegistry, 'readers'>,
  { reporter, signal }: Context,
): Promise<OpenedModel> {
  const stored = await openStoredModel(path, { signal });
  const { run: all } = stored;
  const chosen = chosenTask(stored, choice.task);
  const { run } = chosen;
  const ofJoint = all?.tasks && choice.task !== undefined ? runOfTask(all, choice.task) : undefined;
  const rowChoice = ofJoint ? { ...choice, task: undefined } : choice;
  const rows = await scoredRows(chosen, rowChoice, { reporter, signal });
  // The labels of a named task are those of the model. A folder without `run.json` may not know their names.
  const named = rows.task && !ofJoint ? [{ ...rows.task, id: run?.task ?? rows.task.id }] : [];
  const whole = await loadStoredModel(stored, encoder, reporter, named, readers);
  const dispose = (): void => whole.dispose();
  try {
    const model = ofJoint ? whole.for(ofJoint.task) : whole;
    const { id } = model.task;
    const methodId = run?.method ?? (await model.snapshot()).method.name;
    const calibration = storedCalibration(stored)(id);
    return { ...{ name: name ?? id, model, methodId, calibration, rows, run }, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Returns the rows to score. ONNX Runtime is an optional dependency; without it nothing is scored. */
async function scoredRows(
  model: StoredModel,
  choice: Omit<ModelChoice, 'path' | 'name'>,
  how: Context,
): Promise<TestRows> {
  if (choice.evalLimit !== 0)
    try {
      await loadRuntime();
    } catch (error) {
      if (choice.evalLimit !== undefined || choice.task !== undefined || choice.data !== undefined)
        throw error;
      how.reporter.warn(`the export is not scored: ${(error as Error).message}`);
      return { reason: 'ONNX Runtime is not installed' };
    }
  return readTestRows(model, choice, how);
}
