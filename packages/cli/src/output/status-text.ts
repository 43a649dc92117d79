import { counted } from '@scalearn/experiments/runs';
import { type JobStatus, secondsLeft, type TrainingLeft } from '../cluster/status.ts';
import { clock, cut, table } from './format.ts';

/** Longest reason in the table, in characters. */
const longestReason = 200;

const states = ['done', 'running', 'waiting', 'failed', 'cancelled', 'unqueued'] as const;

/** Returns the number of jobs in each state that there is. */
export function countStates(jobs: readonly JobStatus[]): Record<string, number> {
  const counts = states.map((state) => [state, jobs.filter((job) => job.state === state).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** Describes the jobs of an experiment: how many there are of each state, what runs where, and what failed why. */
export function statusText(jobs: readonly JobStatus[], now: number, left?: TrainingLeft): string {
  const counts = Object.entries(countStates(jobs)).map(([state, count]) => `${count} ${state}`);
  const running = jobs.filter(({ state }) => state === 'running');
  const stopped = jobs.filter(({ state }) => state === 'failed' || state === 'cancelled');
  const kinds = new Set(jobs.flatMap(({ deviceKind }) => deviceKind ?? []));
  const rows = running.map((job) => [
    ...[job.key, job.worker ?? '', job.since === undefined ? '' : clock((now - job.since) / 1000)],
    ...[job.last ? `${job.last.step} of ${job.last.steps}` : '', clock(secondsLeft(job, now) ?? Number.NaN)],
  ]);
  const whys = stopped.map(({ key, state, reason = '' }) => [key, state, cut(reason, longestReason)]);
  return [
    `${counted(jobs.length, 'model')}: ${counts.join(', ')}\n`,
    ...(left ? [`${leftText(left)}\n`] : []),
    ...[...kinds].map((kind) => {
      const waiting = jobs.filter(({ deviceKind }) => deviceKind === kind).length;
      return `${counted(waiting, 'model')} for workers with the device ${kind} only\n`;
    }),
    ...(rows.length > 0 ? [table([['running', 'worker', 'for', 'step', 'left'], ...rows], [0, 1])] : []),
    ...(whys.length > 0 ? [table([['stopped', '', 'why'], ...whys], [0, 1, 2])] : []),
  ].join('\n');
}

function leftText({ seconds, atOnce }: TrainingLeft): string {
  const together = atOnce > 1 ? `, ${clock(seconds / atOnce)} if ${atOnce} go on at once` : '';
  return `about ${clock(seconds)} of training left, as the models that are done took${together}`;
}
