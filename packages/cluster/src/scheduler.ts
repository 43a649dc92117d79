import type { Job } from './job.ts';

/** State of a job. */
export type JobState =
  | 'waiting' // for its parents
  | 'ready'
  | 'running'
  | 'done'
  | 'failed'
  | 'cancelled';

/** What a scheduler knows of a job. */
export interface ScheduledJob {
  /** What it waits for, or how it ended. */
  readonly state: JobState;
  /** Why it failed or was cancelled; undefined if it did not, or if only the store may know. */
  readonly reason?: string | undefined;
}

/** What a submission did. */
export interface Submission {
  /** Keys of the jobs that were added. */
  readonly added: readonly string[];
  /** Keys of the jobs that were queued or running already. */
  readonly queued: readonly string[];
}

/** Which jobs of a plan are submitted. */
export interface Choice {
  /** Keys of jobs that have a result: they are not added, and not waited for. By default none. */
  readonly done?: ReadonlySet<string> | undefined;
  /** Keys of the jobs that may be added. By default all. */
  readonly only?: ReadonlySet<string> | undefined;
}

/**
 * Says who does what next: a queue in a database, or Slurm. It holds no results: if it is lost, the jobs without a
 * result in the store are submitted again.
 */
export interface Scheduler {
  /** What it is, for messages. */
  readonly where: string;
  /** Seconds between two questions for {@link states} that do not burden it. */
  readonly pollSeconds: number;
  /** Adds the jobs of a plan: all, or none if it fails. One that is queued or running stays. */
  submit(jobs: readonly Job[], choice?: Choice): Promise<Submission>;
  /** Returns what it knows of jobs, by their keys. */
  states(): Promise<ReadonlyMap<string, ScheduledJob>>;
  /**
   * Cancels jobs that are not done, and those that need them.
   *
   * @returns keys of the jobs that were cancelled
   */
  cancel(keys: readonly string[]): Promise<string[]>;
  /** Ends its connections, if it has any. */
  close(): Promise<void>;
}

/** Whether a job has not ended. */
export const isLive = ({ state }: ScheduledJob): boolean =>
  state === 'waiting' || state === 'ready' || state === 'running';
