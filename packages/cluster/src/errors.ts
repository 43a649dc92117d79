import { ScalearnError } from '@scalearn/core';

/** The reason why a store did not do what was asked. */
export type StoreReason =
  | 'location' // not the place of a store, or there is no such bucket
  | 'setting' // an environment variable is missing or not understood
  | 'refused' // permission is denied
  | 'away' // no answer, or one that says to try again
  | 'full' // no space is left
  | 'damaged' // what was read is not what was written
  | 'missing' // what was asked for is not there
  | 'unsupported'; // the store cannot do what is needed

/** A store of results could not be used. The message says what to do next. */
export class StoreError extends ScalearnError {
  override readonly name = 'StoreError';
  readonly reason: StoreReason;

  constructor(reason: StoreReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The reason why a queue did not do what was asked. */
export type QueueReason =
  | 'url' // not the URL of a PostgreSQL database
  | 'login' // the user, the password or the database is wrong
  | 'permission' // the user may not do that
  | 'schema' // the tables are those of another version
  | 'away' // no answer
  | 'refused'; // any other answer of the database

/** A queue could not be used. The message says what to do next; it never holds the password. */
export class QueueError extends ScalearnError {
  override readonly name = 'QueueError';
  readonly reason: QueueReason;

  constructor(reason: QueueReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The reason why Slurm did not do what was asked. */
export type SlurmReason =
  | 'missing' // a program of Slurm is not on this machine
  | 'options' // options for sbatch that are not understood, or not the user's to give
  | 'store' // the store is not a folder
  | 'away' // Slurm's controller does not answer
  | 'refused'; // any other answer

/** Slurm could not be used. The message says what to do next. */
export class SlurmError extends ScalearnError {
  override readonly name = 'SlurmError';
  readonly reason: SlurmReason;

  constructor(reason: SlurmReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** A job cannot succeed, on any machine: it is failed at once, and what depends on it is cancelled. */
export class JobError extends ScalearnError {
  override readonly name = 'JobError';
}

/** A training ended before its end because it was asked to. Its checkpoint is in the folder, if it has one. */
export class InterruptedError extends ScalearnError {
  override readonly name = 'InterruptedError';
}
