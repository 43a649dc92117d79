import { baselineMethods } from '@scalearn/baselines';
import { coreMethods, type MethodDefinition, type MethodKind } from '@scalearn/core';
import { suggest } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';
import type { MethodEntry } from './entry.ts';
import { prepareSoup } from './soup.ts';

/** What only the command can do, which has the data, by the method's id. */
const preparations: Readonly<Record<string, MethodEntry['prepare']>> = { 'adapter-soup': prepareSoup };

const kinds: readonly MethodKind[] = ['single-task', 'two-stage', 'joint', 'analysis'];

/** Every method, in the order they are shown. */
export const methods: readonly MethodEntry[] = [...coreMethods, ...baselineMethods]
  .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
  .map((definition: MethodDefinition) => {
    const prepare = preparations[definition.id];
    return prepare ? { ...definition, prepare } : definition;
  });

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
