import type { HubPlace } from '../task.ts';
import type { RowTask } from '../tasks/json-lines-task.ts';
import { onHub } from './on-hub.ts';

/** Adds the hub's files to a SuperGLUE task. Their rows have the columns that the task's template uses. */
export function superglueOnHub(task: RowTask): RowTask {
  const { id, files } = task.info;
  const splits: HubPlace['splits'] = {
    train: 'train',
    ...(files?.validation === undefined ? {} : { validation: 'validation' }),
    test: 'validation',
  };
  const config = id.slice(id.indexOf('/') + 1);
  return { ...task, ...onHub(task, { repository: 'aps/super_glue', config, splits }, task) };
}
