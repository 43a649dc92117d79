import { UsageError } from '@scalearn/experiments';

/** What `@scalearn/cluster` exports. */
export type Cluster = typeof import('@scalearn/cluster');

const oldest = [22, 12] as const;

/**
 * Loads the package for many machines, which most installations of the command do not need.
 *
 * @param node version of Node; by default that of this process
 * @throws UsageError if this Node is too old for it, or if it is not installed
 */
export async function loadCluster(node: string = process.versions.node): Promise<Cluster> {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    throw new UsageError(
      `--queue, --slurm and --store need Node ${oldest.join('.')} or newer, and this is Node ${node}; install a newer one`,
    );
  try {
    return await import('@scalearn/cluster');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      '--queue, --slurm and --store need the package @scalearn/cluster beside this command: npm install @scalearn/cluster',
      { cause: error },
    );
  }
}
