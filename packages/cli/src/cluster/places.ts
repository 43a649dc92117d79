import type { Queue, ResultStore } from '@scalearn/cluster';
import { numericsVersion } from '@scalearn/experiments';
import type { Option } from 'commander';
import { pathOption } from '../options/command-line.ts';
import { type Cluster, loadCluster } from './load.ts';

/** A store and a queue in use. */
export interface Places extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly store: ResultStore;
  readonly queue: Queue;
}

export const storeOption = (): Option =>
  pathOption(
    '--store <place>',
    'where results are stored: a folder that the machines share, or s3://BUCKET/PREFIX',
  );

export const queueOption = (): Option =>
  pathOption('--queue <url>', 'PostgreSQL database of the jobs: postgres://USER:PASSWORD@HOST/DATABASE');

/**
 * Opens a store and a queue.
 *
 * @param signal ends the waiting for one that is away; by default only time does
 * @throws UsageError, StoreError, QueueError
 */
export async function openPlaces(
  { store: place, queue: url }: { readonly store: string; readonly queue: string },
  signal?: AbortSignal,
): Promise<Places> {
  const cluster = await loadCluster();
  const store = await cluster.openStore(place, { patience: { signal } });
  const queue = await cluster.Queue.open(url, { numerics: String(numericsVersion), patience: { signal } });
  return { cluster, store, queue, [Symbol.asyncDispose]: () => queue.close() };
}
