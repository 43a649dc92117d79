import { baselineMethods, baselineReaders } from '@scalearn/baselines';
import type { MethodKind } from '@scalearn/core';
import { coreMethods, type MethodDefinition, type MethodReader } from '@scalearn/core/methods';
import { suggest } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';
import { type Prepare, prepareLorahub, prepareSoup } from './preparation.ts';

/** A method with what the command adds to it. */
export interface MethodEntry extends MethodDefinition {
  /** Set for a method that needs data, which only the command has. */
  readonly prepare?: Prepare;
}

/** A selected method with its options. */
export interface ChosenMethod {
  /** Its definition. */
  readonly entry: MethodEntry;
  /** Options by their names in the library. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Kinds of methods in the order of display. */
export const methodKinds: readonly MethodKind[] = ['single-task', 'two-stage', 'joint', 'analysis'];

const preparations: ReadonlyMap<string, Prepare> = new Map([
  ['adapter-soup', prepareSoup],
  ['lorahub', prepareLorahub],
]);

const own: readonly MethodEntry[] = [...coreMethods, ...baselineMethods].map((definition) => {
  const prepare = preparations.get(definition.id);
  return prepare ? { ...definition, prepare } : definition;
});

/** The methods that a command knows: its own and those of plugins. */
export class MethodRegistry {
  /** All methods in the order of display. */
  readonly all: readonly MethodEntry[];
  /** Readers of the folders that methods write, besides core's own. */
  readonly readers: readonly MethodReader[];

  /** @param plugins methods whose ids differ from those of the command's own */
  constructor(plugins: readonly MethodDefinition[] = []) {
    this.all = methodKinds.flatMap((kind) => [...own, ...plugins].filter((entry) => entry.kind === kind));
    this.readers = [...plugins.flatMap(({ reader }) => reader ?? []), ...baselineReaders];
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
