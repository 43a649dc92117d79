import { resolve } from 'node:path';
import type { Launch } from '@scalearn/cluster';
import type { DeviceChoice } from '@scalearn/core';
import type { Setup } from '@scalearn/experiments';
import { trainCommand } from '../version.ts';
import type { Cluster } from './load.ts';

/** How tasks of Slurm train. */
export interface SlurmTraining {
  readonly store: string;
  readonly setup: Setup;
  readonly device?: DeviceChoice | undefined;
  /** CPU threads of each training. By default as many as its task has CPUs. */
  readonly threads?: number | undefined;
  /** Options for sbatch, as one text. */
  readonly sbatch?: string | undefined;
}

/** Returns how Slurm starts `scalearn work --key KEY`: this very program, which all nodes must reach under the same path. */
export function slurmLaunch({
  store,
  setup,
  device,
  threads,
  sbatch = '',
}: SlurmTraining): (cluster: Cluster) => Launch {
  const { runtime, before } = trainCommand();
  const { file } = setup;
  return (cluster) => ({
    command: [
      ...[runtime, ...before, ...(file === undefined ? [] : ['--config', file])],
      ...['work', '--store', resolve(store)],
      ...(device === undefined ? [] : ['--device', device]),
      ...(threads === undefined ? [] : ['--threads', String(threads)]),
      '--key',
    ],
    sbatch: cluster.sbatchOptions(sbatch),
  });
}
