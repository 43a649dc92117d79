import type { SourceControl } from '@scalearn/core';
import type { MethodEntry } from '../methods/entry.ts';

/** A value that an option may have. */
export type OptionValue = number | string | readonly number[];

export type Options = Readonly<Record<string, OptionValue>>;

/** Options with several values each, or with every combination of a grid's numbers, one for each source. */
export type Vary = Readonly<Record<string, readonly OptionValue[] | { readonly grid: readonly number[] }>>;

/** What is otherwise with a task. */
export interface TaskExceptions {
  readonly seeds?: readonly number[];
  readonly options?: Options;
}

/** Where the sources of an entry come from. */
export interface SourceRule {
  readonly from: string;
  readonly tasks: readonly string[];
  /** Of all, or of each task, 0 for those that are not named; undefined for that of the run itself. */
  readonly seed: number | Readonly<Record<string, number>> | undefined;
  /** The entry of the target's own adapter; undefined where there is none. */
  readonly own: string | undefined;
  /** Whether the target's own is a source although it is not among the tasks. */
  readonly addsOwn: boolean;
  /** What the trained adapters are replaced by, to compare with. */
  readonly control: SourceControl | undefined;
}

/** One method of an experiment, with its options. */
export interface Entry {
  readonly id: string;
  readonly method: MethodEntry;
  /** In reports. */
  readonly label: string;
  readonly tasks: readonly string[];
  readonly seeds: readonly number[];
  readonly options: Options;
  readonly perTask: Readonly<Record<string, TaskExceptions>>;
  readonly sources?: SourceRule;
  readonly vary: Vary;
  readonly isReported: boolean;
}

/** An experiment file, with its defaults filled in. */
export interface Experiment {
  /** Of the file, without its extension; `-fast` follows where it is run so. */
  readonly name: string;
  readonly title: string;
  readonly encoders: readonly string[];
  /** Absolute folders by benchmark; `*` stands for all others. */
  readonly data: Readonly<Record<string, string>>;
  /** Of the file: what paths in it are relative to. */
  readonly folder: string;
  readonly entries: readonly Entry[];
}
