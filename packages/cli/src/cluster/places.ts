import type { Launch, Queue, QueueOptions, ResultStore, Scheduler } from '@scalearn/cluster';
import { numericsVersion, UsageError } from '@scalearn/experiments';
import { Option } from 'commander';
import { pathOption } from '../options/command-line.ts';
import { type Cluster, loadCluster } from './load.ts';

/** A store and a scheduler in use. */
export interface Places extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly store: ResultStore;
  readonly scheduler: Scheduler;
}

export const storeOption = (): Option =>
  pathOption(
    '--store <place>',
    'where results are stored: a folder that the machines share, or s3://BUCKET/PREFIX',
  );

export const queueOption = (): Option =>
  pathOption('--queue <url>', 'PostgreSQL database of the jobs: postgres://USER:PASSWORD@HOST/DATABASE');

export const slurmOption = (): Option =>
  new Option('--slurm', 'Slurm has the jobs, in place of a queue').conflicts('queue');

/** Where results are, and who has the jobs: a queue or Slurm. */
export interface PlaceArguments {
  readonly store: string;
  readonly queue?: string | undefined;
  readonly slurm?: boolean | undefined;
}

/** What else is known of them. */
export interface PlaceOptions {
  /** Name of the experiment in the store. */
  readonly plan: string;
  /** Says how Slurm starts trainings. By default as it did last. */
  readonly launch?: ((cluster: Cluster) => Launch) | undefined;
  /** Ends the waiting for a place that is away; by default only time does. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a store and a scheduler.
 *
 * @throws UsageError, StoreError, QueueError, SlurmError
 */
export async function openPlaces(
  { store: place, queue: url, slurm }: PlaceArguments,
  { plan, launch, signal }: PlaceOptions,
): Promise<Places> {
  // Before a bucket is asked, which may not answer.
  if (slurm && place.startsWith('s3://'))
    throw new UsageError(`Slurm needs a store in a folder that all nodes share, and ${place} is a bucket`);
  const cluster = await loadCluster();
  const patience = { signal };
  const store = await cluster.openStore(place, { patience });
  const open = async (): Promise<Scheduler> => {
    if (slurm) return new cluster.Slurm(store, { plan, launch: launch?.(cluster), patience });
    if (url === undefined) throw new UsageError('say who has the jobs: --queue URL, or --slurm');
    return openQueue(cluster, url, { patience });
  };
  const scheduler = await open();
  return { cluster, store, scheduler, [Symbol.asyncDispose]: () => scheduler.close() };
}

/** Opens the queue of this version. @throws QueueError */
export function openQueue(
  cluster: Cluster,
  url: string,
  options: Pick<QueueOptions, 'patience' | 'signal'>,
): Promise<Queue> {
  // Only tests set it, so that they need not wait long for the jobs of a worker that they killed.
  const heartbeat = Number(process.env.SCALEARN_TEST_HEARTBEAT);
  return cluster.Queue.open(url, {
    ...options,
    numerics: String(numericsVersion),
    ...(heartbeat > 0 && { heartbeatSeconds: heartbeat }),
  });
}
