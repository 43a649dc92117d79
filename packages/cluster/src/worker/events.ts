/** What happened in a worker. */
export type WorkEvent = { readonly worker: string; readonly time: number } & (
  | JobEvent
  | {
      /** Jobs wait that only a worker of another version can do. */
      readonly event: 'other-version';
      readonly numerics: string;
    }
);

/** What happened to a job in a worker. */
export type JobEvent = { readonly key: string; readonly attempt: string } & (
  | {
      /** The training begins. */
      readonly event: 'start';
      /** The attempt that made the result of each parent, by the parent's key. */
      readonly parents: Readonly<Record<string, string>>;
      /** The attempt whose checkpoint it continues; undefined if it begins at the beginning. */
      readonly resumed: string | undefined;
    }
  | {
      /** The result was there, so that nothing was trained. */
      readonly event: 'known';
    }
  | {
      /** The result is in the store. */
      readonly event: 'commit';
      /** Whether this attempt made it. Otherwise another one was first. */
      readonly isFirst: boolean;
    }
  | {
      /** Two attempts on one kind of device made different bytes. They should be equal. */
      readonly event: 'different';
      readonly files: readonly string[];
      /** The attempt whose result counts. */
      readonly other: string;
    }
  | {
      /** The job is left to any worker. */
      readonly event: 'hand-back';
      readonly reason: string;
    }
  | {
      /** The job is no longer this worker's: it was silent for too long, or the job was cancelled. */
      readonly event: 'lost';
    }
  | {
      /** The training's process was killed, or broke. */
      readonly event: 'died';
      readonly reason: string;
    }
  | {
      /** The job failed for good. */
      readonly event: 'failed';
      readonly reason: string;
      /** Keys of the jobs that were cancelled because they need it. */
      readonly cancelled: readonly string[];
    }
  | {
      /** Something did not work that is not needed. */
      readonly event: 'warning';
      readonly reason: string;
    }
);
