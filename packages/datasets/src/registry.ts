import { UnknownTaskError } from './errors.ts';
import { humset } from './humset/humset.ts';
import { miniglue } from './miniglue/miniglue.ts';
import { suggest } from './suggest.ts';
import type { TaskDefinition, TaskInfo } from './task.ts';
import { glue } from './tasks/glue.ts';
import { superglue } from './tasks/superglue.ts';

const definitions: ReadonlyMap<string, TaskDefinition> = new Map(
  [...glue, ...superglue, ...humset, ...miniglue].map((definition) => [definition.info.id, definition]),
);

/** The ids of all tasks defined in this package. */
export const taskIds: readonly string[] = [...definitions.keys()];

/** Returns a task by id. Throws `UnknownTaskError`, which lists the known tasks and suggests the closest one. */
export function findTask(id: string): TaskDefinition {
  const definition = definitions.get(id);
  if (definition === undefined) throw new UnknownTaskError(id, taskIds, suggest(id, taskIds));
  return definition;
}

/** Returns the information about a task without its data. Throws `UnknownTaskError`. */
export function describeTask(id: string): TaskInfo {
  return findTask(id).info;
}
