/** Names of the source tasks, in the order of MiniGLUE's tables. Each task has an adapter. */
export const sourceTasks = ['cola', 'sst2', 'mrpc', 'qqp', 'stsb', 'mnli', 'qnli', 'rte'] as const;

export type SourceTask = (typeof sourceTasks)[number];

/** The Hugging Face folder of the mini encoder. */
export const encoderFolder: URL = new URL('../encoder/', import.meta.url);

/** Returns the AdapterHub folder of the adapter trained on a task of MiniGLUE. */
export function adapterFolder(task: SourceTask): URL {
  return new URL(`../adapters/${task}/`, import.meta.url);
}
