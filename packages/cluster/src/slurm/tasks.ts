import { SlurmError } from '../errors.ts';
import type { Patience } from '../patience.ts';
import type { JobState, ScheduledJob } from '../scheduler.ts';
import type { Place } from './arrays.ts';
import { slurm } from './programs.ts';

/** What Slurm knows of a task. */
export interface Task extends Place, ScheduledJob {
  /** Name of its array. */
  readonly name: string;
}

/** Slurm's words for tasks that have not ended. All others name a kind of failure. */
const states: Readonly<Record<string, JobState>> = {
  ...{ PENDING: 'ready', REQUEUED: 'ready', REQUEUE_HOLD: 'ready', RESV_DEL_HOLD: 'ready' },
  ...{ REQUEUE_FED: 'ready', SPECIAL_EXIT: 'ready' },
  ...{ RUNNING: 'running', COMPLETING: 'running', CONFIGURING: 'running', SUSPENDED: 'running' },
  ...{ STOPPED: 'running', SIGNALING: 'running', STAGE_OUT: 'running', RESIZING: 'running' },
  ...{ COMPLETED: 'done', CANCELLED: 'cancelled', REVOKED: 'cancelled' },
};

/** Returns the tasks of arrays that wait or run, and those that ended some minutes ago. */
export async function currentTasks(names: readonly string[], patience: Patience): Promise<Task[]> {
  if (names.length === 0) return [];
  const args = [
    '--noheader',
    '--array',
    '--states=all',
    '--format=%F|%K|%T|%r|%E|%j',
    `--name=${names.join(',')}`,
  ];
  const lines = (await slurm('squeue', args, { patience })).split('\n');
  return lines.flatMap((line) => {
    const [, array = '', task, state = '', why = '', needs = '', name = ''] =
      /^(\d+)\|(\d+)\|([^|]*)\|([^|]*)\|([^|]*)\|(.+)$/.exec(line.trim()) ?? [];
    return task === undefined
      ? []
      : [
          {
            ...{ array, task: Number(task), name },
            ...stateOf(state, {
              isHopeless: why === 'DependencyNeverSatisfied' || needs.includes('(failed)'),
              waits: needs !== '(null)',
            }),
          },
        ];
  });
}

/**
 * Returns the tasks of arrays that ended, as Slurm's accounting has them.
 *
 * @returns undefined if this cluster keeps no accounts
 */
export async function endedTasks(names: readonly string[], patience: Patience): Promise<Task[] | undefined> {
  const format = ['--noheader', '--parsable2', '--allocations', '--format=JobID,State,JobName'];
  const args = [...format, '--starttime=2020-01-01', `--name=${names.join(',')}`];
  const text = await slurm('sacct', args, { patience }).catch((error: unknown) => {
    if (error instanceof SlurmError && error.reason !== 'away') return undefined;
    throw error;
  });
  return text?.split('\n').flatMap((line) => {
    const [, array = '', task, state = '', name = ''] =
      /^(\d+)_(\d+)\|([^|]*)\|(.+)$/.exec(line.trim()) ?? [];
    return task === undefined ? [] : [{ ...{ array, task: Number(task), name }, ...stateOf(state) }];
  });
}

function stateOf(text: string, { isHopeless = false, waits = false } = {}): ScheduledJob {
  // Accounting says who it was: `CANCELLED by 1000`.
  const [word = ''] = text.split(' ');
  const state = states[word] ?? 'failed';
  if (state === 'ready' && isHopeless) return { state: 'cancelled' };
  if (state === 'ready' && waits) return { state: 'waiting' };
  return state === 'failed' || state === 'cancelled'
    ? { state, reason: `Slurm ended it: ${text.replaceAll('_', ' ').toLowerCase()}` }
    : { state };
}
