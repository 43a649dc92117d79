import type { ModelSnapshot } from '@scalearn/core';
import { singleHead, taskName } from '@scalearn/core/methods';
import { ModelError } from './errors.ts';
import { type ModelInfo, modelInfoFile, noCalibration, type TaskInfo, taskOfHead } from './model-info.ts';

/**
 * Returns the tasks of a model: those of its `scalearn.json`, or, without one, what its heads say.
 *
 * @param where the folder, for messages
 * @throws ModelError if `scalearn.json` and the heads do not belong together
 */
export function tasksOf(
  where: string,
  info: ModelInfo | undefined,
  snapshot: Pick<ModelSnapshot, 'heads' | 'tasks'>,
): readonly TaskInfo[] {
  const { heads } = snapshot;
  if (!info) return [...heads].map(([name, head]) => ({ ...taskOfHead(name, head), ...noCalibration }));
  const { tasks } = info;
  if (tasks.length !== heads.size)
    throw new ModelError(
      `${where}/${modelInfoFile} has ${tasks.length} tasks, the model has ${heads.size}; restore the file.`,
    );
  for (const task of tasks) {
    const head = heads.size > 1 ? heads.get(taskName(task)) : singleHead(snapshot);
    const outputs = task.labels?.length ?? 1;
    if (head?.options.problem !== task.problem || head.options.outputs !== outputs)
      throw new ModelError(
        `${where}/${modelInfoFile} says that ${task.id} has ${outputs} outputs for ${task.problem}; the model's head does not. Restore the file.`,
      );
  }
  return tasks;
}
