import { baselineMethods, baselineReaders } from '@scalearn/baselines';
import type { MethodKind } from '@scalearn/core';
import { coreMethods, type MethodDefinition, type MethodReader } from '@scalearn/core/methods';
import { suggest } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';
import type { MethodEntry } from './entry.ts';
import { prepareSoup } from './soup.ts';

/** Preparations that need data, which only the command has, by the method's id. */
const preparations: Readonly<Record<string, MethodEntry['prepare']>> = { 'adapter-soup': prepareSoup };

const kinds: readonly MethodKind[] = ['single-task', 'two-stage', 'joint', 'analysis'];

const own: readonly MethodEntry[] = [...coreMethods, ...baselineMethods].map((definition) => {
  const prepare = preparations[definition.id];
  return prepare ? { ...definition, prepare } : definition;
});

/** The methods that a command knows: its own and those of plugins. */
export class MethodRegistry {
  /** All methods in the order of display. */
  readonly all: readonly MethodEntry[];
  /** Readers of the folders that methods write, besides core's own. */
  readonly readers: readonly MethodReader[];
  /** Readers of plugins' methods only. */
  readonly pluginReaders: readonly MethodReader[];

  /** @param plugins methods whose ids differ from those of the command's own */
  constructor(plugins: readonly MethodDefinition[] = []) {
    this.all = [...own, ...plugins].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
    this.pluginReaders = plugins.flatMap(({ reader }) => reader ?? []);
    this.readers = [...this.pluginReaders, ...baselineReaders];
  }

  /** Returns the method with an id. @throws UsageError that suggests the most similar id */
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

/** The registry without plugins. */
export const ownMethods: MethodRegistry = new MethodRegistry();
