import { join } from 'node:path';
import type { ResultRecord, Train } from '@scalearn/cluster';
import type { DeviceChoice } from '@scalearn/core';
import { type ErrorEvent, jobArguments, readRunFile, type Setup, UsageError } from '@scalearn/experiments';
import { checkpointName, runFileName } from '@scalearn/experiments/runs';
import { HubError } from '@scalearn/hub';
import { trainCommand } from '../version.ts';
import { dataInput, encoderInput } from './jobs.ts';
import type { Cluster } from './load.ts';
import { checkInputs, type Verifier } from './verify.ts';

/** How a worker trains. */
export interface TrainingPlace {
  readonly device: DeviceChoice;
  /** CPU threads of each training; by default all. */
  readonly threads?: number | undefined;
  readonly setup: Setup;
}

/** Files of a model that name places or hold times. Trainings of one model on devices of one kind write all others alike. */
const varying: readonly string[] = [runFileName];

/** Returns the training of a worker: each job is verified, and then trained by `scalearn train` in a process of its own. */
export function verifiedTraining(cluster: Cluster, verifier: Verifier, place: TrainingPlace): Train {
  const { runtime, before } = trainCommand();
  const { file } = place.setup;
  const start = [runtime, ...before, ...(file === undefined ? [] : ['--config', file]), 'train'] as const;
  return async (job, folder, options) => {
    const args = await verifier.argumentsOf(job, folder.parents).catch((error: Error) => {
      if (options.signal.aborted)
        throw new cluster.InterruptedError('the training was stopped before it began');
      // The hub may answer later. Everything else stays as it is.
      throw error instanceof HubError ? error : new cluster.JobError(error.message, { cause: error });
    });
    const folderOf = (key: string): string => folder.parents.get(key) ?? folder.out;
    let said = '';
    const train = cluster.trainInChild({
      command: () => [...start, ...jobArguments({ ...job, arguments: args }, { ...place, folderOf })],
      record: () => recordOf(job, folder.out),
      checkpoint: checkpointName,
    });
    try {
      return await train(job, folder, {
        ...options,
        onOutput(text) {
          said = (said + text).slice(-20_000);
          options.onOutput(text);
        },
      });
    } catch (error) {
      if (error instanceof UsageError) throw new cluster.JobError(error.message, { cause: error });
      const message = errorIn(said);
      if (message === undefined || error instanceof cluster.InterruptedError) throw error;
      const isFinal = error instanceof cluster.JobError;
      throw isFinal ? new cluster.JobError(message, { cause: error }) : new Error(message, { cause: error });
    }
  };
}

/** Returns what is stored beside a result. @throws UsageError if what was read is not what the job names */
async function recordOf(job: Parameters<Train>[0], out: string): Promise<ResultRecord> {
  const run = await readRunFile(out);
  if (!run) throw new Error(`there is no ${join(out, runFileName)} after the training`);
  const parts = run.tasks ?? [{ task: run.task, data: run.data }];
  // Files may have been changed after they were verified.
  checkInputs(job, {
    [encoderInput]: run.encoder.fingerprint,
    ...Object.fromEntries(parts.map(({ task, data }) => [dataInput(task), data.fingerprint])),
  });
  const { kind, description } = run.device;
  return { deviceKind: kind, varying, device: description, version: run.version, seconds: run.seconds };
}

/** Returns the message of the error that a training's output ends with. */
function errorIn(output: string): string | undefined {
  const line = output.split('\n').findLast((each) => each.startsWith('{"event":"error"'));
  if (line === undefined) return undefined;
  try {
    return (JSON.parse(line) as ErrorEvent).message;
  } catch {
    // A line that was cut.
    return undefined;
  }
}
