import { baselineMethods, baselineReaders } from '@scalearn/baselines';
import type { MethodKind } from '@scalearn/core';
import { coreMethods, type MethodDefinition, type MethodReader } from '@scalearn/core/methods';
import { suggest } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';
import type { MethodEntry } from './entry.ts';
import { prepareSoup } from './soup.ts';

/** What only the command can do, which has the data, by the method's id. */
const preparations: Readonly<Record<string, MethodEntry['prepare']>> = { 'adapter-soup': prepareSoup };

const kinds: readonly MethodKind[] = ['single-task', 'two-stage', 'joint', 'analysis'];

const own: readonly MethodEntry[] = [...coreMethods, ...baselineMethods].map((definition) => {
  const prepare = preparations[definition.id];
  return prepare ? { ...definition, prepare } : definition;
});

/** The methods that a command knows: its own, and those of plugins. */
export class MethodRegistry {
  /** In the order they are shown. */
  readonly all: readonly MethodEntry[];
  /** Of the folders that methods write, besides core's own. */
  readonly readers: readonly MethodReader[];
  /** Those of plugins alone. */
  readonly pluginReaders: readonly MethodReader[];

  /** @param plugins methods of other ids than the command's own */
  constructor(plugins: readonly MethodDefinition[] = []) {
    this.all = [...own, ...plugins].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
    this.pluginReaders = plugins.flatMap(({ reader }) => reader ?? []);
    this.readers = [...this.pluginReaders, ...baselineReaders];
  }

  /** @throws UsageError that suggests the one that is most like it */
  find(id: string): MethodEntry {
    const entry = this.all.find((each) => each.id === id);
    if (entry) return entry;
    const ids = this.all.map((each) => each.id);
    const meant = suggest(id, ids);
    throw new UsageError(
      `there is no method '${id}'.${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${ids.join(', ')}`,
    );
  }
}

/** Without plugins. */
export const ownMethods: MethodRegistry = new MethodRegistry();
