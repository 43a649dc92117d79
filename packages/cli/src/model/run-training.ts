import { resolve } from 'node:path';
import { DeviceLostError, InterruptedError, type TrainEvent, train } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import { loadEncoder, type TransformerEncoder } from '@scalearn/encoders';
import { openDevice } from '../device.ts';
import { FolderError, StoppedError } from '../errors.ts';
import { checkpointFile } from '../folders/checkpoint-file.ts';
import type { OutFolder } from '../folders/out-folder.ts';
import { encodeRunFile, type RunFile, runFileName } from '../folders/run-json.ts';
import { makeMethod } from '../options/method.ts';
import type { TrainSettings } from '../options/settings.ts';
import type { TrainArguments } from '../options/train-options.ts';
import { Pace } from '../output/pace.ts';
import type { Reporter } from '../output/reporter.ts';
import { version } from '../version.ts';
import { loadData, unofficialFiles } from './data.ts';
import { metricsOf, scoreTest } from './scores.ts';
import { readSources, type Source } from './sources.ts';

export interface TrainingJob {
  readonly given: TrainArguments;
  readonly settings: TrainSettings;
  /** Absolute; undefined for an encoder that is no local folder. */
  readonly encoderPath: string | undefined;
  readonly out: OutFolder;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Trains, scores the best state on the test split, and saves it. */
export async function runTraining(job: TrainingJob): Promise<RunFile> {
  const { given, settings, out, reporter, signal } = job;
  reporter.note(`loading ${given.task} and ${given.encoder}`);
  const task = await loadData(settings.task, settings);
  const sources = await readSources(given.sources ?? [], settings.task);
  warn(reporter, task, sources);
  await using device = await openDevice(given.device, (message) => reporter.warn(message));
  using encoder = await loadEncoder(given.encoder, { device, layers: given.layers });
  if (signal.aborted) throw new StoppedError('Interrupted before the first step; there is nothing to save.');
  const adapters = sources.map(({ adapter }) => adapter);
  const method = makeMethod(settings.method, given, adapters);
  const pace = new Pace();
  const onEvent = (event: TrainEvent): void => {
    if (event.event === 'start') {
      pace.start(event);
      reporter.start({ ...event, deviceDescription: device.description });
    } else if (event.event === 'step') {
      pace.step(event);
      reporter.step(event);
    } else if (event.event === 'epoch') {
      pace.epoch(event);
      reporter.epoch(event);
    }
  };
  try {
    const { epochs, batchSize, evalBatchSize, learningRate, weightDecay, warmupSteps, patience, seed } =
      settings;
    using model = await train({
      ...{ encoder, task, method, seed, epochs, batchSize, evalBatchSize },
      ...{ learningRate, weightDecay, warmupSteps, patience, signal, onEvent },
      maxSteps: settings.maxSteps ?? undefined,
      metrics: (predictions) => metricsOf(task, predictions),
      checkpoints: checkpointFile(out.path),
      resume: given.resume === true,
    });
    const results = await scoreTest(model, task, { batchSize: evalBatchSize, signal });
    const files = await model.files();
    const { history, bestEpoch, steps, seconds, parameterCount: parameters } = model;
    const run: Omit<RunFile, 'formatVersion'> = {
      ...describeRun(job, task, sources, encoder),
      ...{ history, bestEpoch, steps, parameters, results },
      device: { kind: device.kind, description: device.description, memory: device.memory() },
      seconds,
      tokensPerSecond: pace.tokensPerSecond ?? null,
      files: Object.keys(files),
    };
    await out.replace({ ...files, [runFileName]: encodeRunFile(run) });
    return { formatVersion: 1, ...run };
  } catch (error) {
    const mayGoOn = error instanceof DeviceLostError || error instanceof FolderError;
    if (mayGoOn && (await out.state()) === 'unfinished')
      reporter.warn(`${given.out} holds the state of the last epoch; the same command with --resume goes on`);
    throw signal.aborted ? asStopped(error, given.out) : error;
  }
}

/** What a run is, as far as that is known before it. */
function describeRun(
  { given, settings, encoderPath }: TrainingJob,
  task: Task,
  sources: readonly Source[],
  { name, fingerprint, shape }: TransformerEncoder,
): Pick<
  RunFile,
  'version' | 'command' | 'task' | 'method' | 'seed' | 'settings' | 'encoder' | 'data' | 'sources'
> {
  const { task: id, method, seed } = settings;
  return {
    ...{ version, command: 'train', task: id, method, seed, settings },
    encoder: { source: given.encoder, path: encoderPath ?? null, name, fingerprint, shape },
    data: {
      path: settings.data,
      fingerprint: task.fingerprint,
      rows: { train: task.train.length, validation: task.validation.length, test: task.test.length },
      files: task.rows,
      unofficial: unofficialFiles(task),
    },
    sources: sources.map(({ adapter, path }) => ({ name: adapter.name, path: resolve(path) })),
  };
}

function warn(reporter: Reporter, task: Task, sources: readonly Source[]): void {
  for (const file of unofficialFiles(task))
    reporter.warn(`${file}: results are not comparable with published ones`);
  if (sources.length > 0 && !sources.some(({ isOwn }) => isOwn))
    reporter.warn(
      `none of the sources was trained on ${task.id}; the published models include the target's own adapter`,
    );
}

/** An interruption, wherever it was noticed, as a sentence that says how to go on. */
function asStopped(error: unknown, out: string): unknown {
  if (!(error instanceof InterruptedError || error instanceof StoppedError)) return error;
  const what =
    error instanceof InterruptedError ? error.message : 'training was interrupted after its last step';
  return new StoppedError(
    `${what}; its state is saved in ${out}: give the same command with --resume to go on`,
    {
      cause: error,
    },
  );
}
