import { resolve } from 'node:path';
import { type CheckpointStore, type Method, type TrainEvent, train } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import type { OutFolder } from '../folders/out-folder.ts';
import { encodeRunFile, type RunFile, runFileName } from '../folders/run-json.ts';
import type { TrainSettings } from '../options/settings.ts';
import { Pace } from '../output/pace.ts';
import type { Reporter } from '../output/reporter.ts';
import { version } from '../version.ts';
import { unofficialFiles } from './data.ts';
import { metricsOf, scoreTest } from './scores.ts';
import type { Source } from './sources.ts';

/** A model to be trained, with all that it is trained from opened. */
export interface ModelJob {
  readonly settings: TrainSettings;
  readonly method: Method;
  readonly task: Task;
  readonly sources: readonly Source[];
  readonly encoder: TransformerEncoder;
  /** The encoder as the user named it. */
  readonly encoderSource: string;
  /** Absolute; undefined for an encoder that is no local folder. */
  readonly encoderPath: string | undefined;
  readonly out: OutFolder;
  /** Where the state is kept, for a run that may be continued. */
  readonly checkpoints?: CheckpointStore;
  readonly resume?: boolean;
  readonly reporter: Pick<Reporter, 'start' | 'step' | 'epoch'> & Partial<Pick<Reporter, 'progress'>>;
  readonly signal: AbortSignal;
}

/** Trains, scores the best state on the test split, and saves it. */
export async function trainModel(job: ModelJob): Promise<RunFile> {
  const { settings, method, task, encoder, out, checkpoints, reporter, signal } = job;
  const { device } = encoder;
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
    } else reporter.progress?.(event);
  };
  const { epochs, batchSize, evalBatchSize, learningRate, weightDecay, warmupSteps, patience, seed } =
    settings;
  using model = await train({
    ...{ encoder, task, method, seed, epochs, batchSize, evalBatchSize },
    ...{ learningRate, weightDecay, warmupSteps, patience, signal, onEvent },
    maxSteps: settings.maxSteps ?? undefined,
    metrics: (predictions) => metricsOf(task, predictions),
    checkpoints,
    resume: job.resume === true,
  });
  const results = await scoreTest(model, task, {
    ...{ batchSize: evalBatchSize, signal },
    onProgress: (event) => reporter.progress?.(event),
  });
  const files = await model.files();
  const { history, bestEpoch, steps, seconds, parameterCount: parameters } = model;
  const run: Omit<RunFile, 'formatVersion'> = {
    ...describeRun(job),
    ...{ history, bestEpoch, steps, parameters, results },
    device: { kind: device.kind, description: device.description, memory: device.memory() },
    seconds,
    tokensPerSecond: pace.tokensPerSecond ?? null,
    files: Object.keys(files),
  };
  await out.replace({ ...files, [runFileName]: encodeRunFile(run) });
  return { formatVersion: 1, ...run };
}

/** What a run is, as far as that is known before it. */
function describeRun({
  settings,
  task,
  sources,
  encoder: { name, fingerprint, shape },
  encoderSource,
  encoderPath,
}: ModelJob): Pick<
  RunFile,
  'version' | 'command' | 'task' | 'method' | 'seed' | 'settings' | 'encoder' | 'data' | 'sources'
> {
  const { task: id, method, seed } = settings;
  return {
    ...{ version, command: 'train', task: id, method, seed, settings },
    encoder: { source: encoderSource, path: encoderPath ?? null, name, fingerprint, shape },
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
