import { suggest } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';
import type { MethodEntry } from './entry.ts';
import { jointMethods } from './joint.ts';
import { singleTaskMethods } from './single-task.ts';
import { twoStageMethods } from './two-stage.ts';

/** Every method, in the order they are shown. */
export const methods: readonly MethodEntry[] = [...singleTaskMethods, ...twoStageMethods, ...jointMethods];

/** @throws UsageError that suggests the one that is most like it */
export function methodEntry(id: string): MethodEntry {
  const entry = methods.find((each) => each.id === id);
  if (entry) return entry;
  const ids = methods.map((each) => each.id);
  const meant = suggest(id, ids);
  throw new UsageError(
    `there is no method '${id}'.${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${ids.join(', ')}`,
  );
}
