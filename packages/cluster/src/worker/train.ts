import type { Job } from '../job.ts';
import type { ResultRecord } from '../store/results.ts';

/** The folders of a training. All are the worker's own. */
export interface WorkFolder {
  /** Folder of this attempt, which is removed after it. */
  readonly path: string;
  /** Folder in {@link path} for the model. It holds the last checkpoint, if there is one. */
  readonly out: string;
  /** Folder of the result of each parent, by its key. Other trainings read them too: they must not be changed. */
  readonly parents: ReadonlyMap<string, string>;
}

/** What a training gets. */
export interface TrainOptions {
  /** Aborts if the training must stop: it saves a checkpoint and leaves. */
  readonly signal: AbortSignal;
  /** Says that files of a checkpoint were written to {@link WorkFolder.out}, under these names. */
  onCheckpoint(names: readonly string[]): void;
  /** Adds to the log. */
  onOutput(text: string): void;
}

/**
 * Trains a model in a process of its own. At the end, all files in {@link WorkFolder.out} are the result, except
 * those whose names begin with a dot.
 *
 * @returns how it was made
 * @throws InterruptedError if it stopped because it was asked to; JobError if no attempt can succeed. After any other
 * error the job is tried again, up to three times.
 */
export type Train = (job: Job, folder: WorkFolder, options: TrainOptions) => Promise<ResultRecord>;
