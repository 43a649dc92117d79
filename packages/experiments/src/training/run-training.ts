import {
  type Device,
  DeviceLostError,
  InterruptedError,
  type Method,
  OtherSettingsError,
} from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import { type EncoderFamily, loadEncoder, type TransformerEncoder } from '@scalearn/encoders';
import { FolderError, StoppedError, UsageError } from '../errors.ts';
import type { Reporter } from '../events/events.ts';
import { loadingProgress } from '../events/loading.ts';
import { checkpointFile, type OutFolder } from '../folders/out-folder.ts';
import type { Source } from '../methods/preparation.ts';
import type { ChosenMethod } from '../methods/registry.ts';
import { typed } from '../options/own-data.ts';
import type { TrainArguments } from '../options/train-table.ts';
import type { RunFile } from '../runs/run-schema.ts';
import type { TrainSettings } from '../runs/settings-schema.ts';
import { type FoundTask, shownTask } from '../tasks/find-task.ts';
import { loadData, unofficialFiles } from '../tasks/load-data.ts';
import { sourceTask } from '../tasks/model-task.ts';
import { ownTaskLines } from '../tasks/own-task-text.ts';
import { encodeArguments, repeatedArguments } from './repeated-arguments.ts';
import { readSources } from './sources.ts';
import { trainModel } from './train-model.ts';

/** A training with everything that it needs. */
export interface TrainingJob {
  /** Arguments of `train`. */
  readonly given: TrainArguments;
  /** The method with its options. */
  readonly chosen: ChosenMethod;
  /** All options with their defaults. */
  readonly settings: TrainSettings;
  /** One task, or several for a joint method. */
  readonly found: readonly FoundTask[];
  /** Families of encoders that can be loaded. */
  readonly families: readonly EncoderFamily[];
  /** Opens the device to train on. */
  readonly openDevice: () => Promise<Device>;
  /** Absolute path; undefined if the encoder is not a local folder. */
  readonly encoderPath: string | undefined;
  /** Folder of the run. */
  readonly out: OutFolder;
  /** Receives the progress. */
  readonly reporter: Reporter;
  /** Asks the training to save its state and to end. */
  readonly signal: AbortSignal;
}

const nothingToSave = 'Interrupted before the first step; there is nothing to save.';

/** A run's inputs, loaded. They live until the work on them is done. */
export interface PreparedTraining {
  readonly tasks: readonly Task[];
  readonly sources: readonly Source[];
  readonly encoder: TransformerEncoder;
  readonly method: Method;
}

/** What is known of a run before its output folder is opened. */
export type PlannedTraining = Omit<TrainingJob, 'out'>;

/** Loads data, encoder and method of a run, and frees them after the work. */
export async function withPrepared<T>(
  job: PlannedTraining,
  work: (prepared: PreparedTraining) => Promise<T>,
): Promise<T> {
  const { given, chosen, settings, found, families, openDevice, reporter, signal } = job;
  reporter.note(`loading ${found.map(shownTask).join(', ')} and ${given.encoder}`);
  const { sourceControl: kind, seed } = settings;
  const sources = await readSources(given.sources ?? [], settings.task, kind && { kind, seed });
  const tasks: Task[] = [];
  for (const each of found) {
    const maxLength = given.maxLength ?? each.info.maxLength;
    const task = await loadData(each, { ...settings, maxLength }, { reporter, signal });
    for (const line of each.own ? ownTaskLines(each.own, task, given.folds) : []) reporter.note(line);
    tasks.push(task);
  }
  warn(reporter, tasks, sources);
  await using device = await openDevice();
  using encoder = await loadEncoder(given.encoder, {
    ...{ device, layers: given.layers, families },
    ...loadingProgress(reporter, signal),
  });
  if (signal.aborted) throw new StoppedError(nothingToSave);
  const { entry, options } = chosen;
  const [task] = tasks as [Task];
  const prepared = await entry.prepare?.({
    ...{ options, sources, task, seed, pooling: settings.pooling, encoder, reporter, signal },
    sourceTask: (source) => sourceTask(source, signal),
  });
  const adapters = sources.map(({ adapter }) => adapter);
  const method = entry.make(adapters, { ...options, ...prepared });
  return await work({ tasks, sources, encoder, method });
}

/** Trains a model, scores its best state on the test split, and saves it. */
export async function runTraining(job: TrainingJob): Promise<RunFile> {
  const { given, settings, encoderPath, out, reporter, signal } = job;
  try {
    return await withPrepared(job, (prepared) =>
      trainModel({
        ...{ ...prepared, settings, encoderPath, out, reporter, signal, given },
        encoderSource: given.encoder,
        checkpoints: checkpointFile(out.path),
        checkpointNote: encodeArguments(repeatedArguments(job)),
        resume: given.resume === true,
      }),
    );
  } catch (error) {
    const mayGoOn = error instanceof DeviceLostError || error instanceof FolderError;
    if (mayGoOn && (await out.state()) === 'unfinished')
      reporter.warn(`${given.out} holds the last saved state; continue with: ${resuming(given.out)}`);
    if (error instanceof OtherSettingsError)
      throw new UsageError(
        `${given.out}: ${error.message}; give the original value to continue, or start again with --overwrite`,
        { cause: error },
      );
    throw signal.aborted ? asStopped(error, given.out, await out.state()) : error;
  }
}

function warn(reporter: Reporter, tasks: readonly Task[], sources: readonly Source[]): void {
  for (const file of tasks.flatMap(unofficialFiles))
    reporter.warn(`${file}: results are not comparable with published ones`);
  for (const text of sources.flatMap(({ adapter }) => adapter.warnings ?? [])) reporter.warn(text);
  if (sources.length > 0 && !sources.some(({ isOwn }) => isOwn))
    reporter.warn(
      `none of the sources was trained on ${tasks[0]?.id}; the published models include the target's own adapter`,
    );
}

const resuming = (out: string): string => `scalearn train --resume --out ${typed(out)}`;

/** Converts an interruption to an error that says how to continue. */
function asStopped(error: unknown, out: string, state: Awaited<ReturnType<OutFolder['state']>>): unknown {
  if (!(error instanceof InterruptedError || error instanceof StoppedError)) return error;
  if (state !== 'unfinished') return new StoppedError(nothingToSave, { cause: error });
  const what =
    error instanceof InterruptedError ? error.message : 'training was interrupted after its last step';
  const advice = `its state is saved in ${out}; continue with: ${resuming(out)}`;
  return new StoppedError(`${what}; ${advice}`, { cause: error });
}
