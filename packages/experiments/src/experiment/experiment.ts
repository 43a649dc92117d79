import type { SourceControl } from '@scalearn/core';
import type { MethodEntry } from '../methods/registry.ts';

/** A value of an option in an experiment file. */
export type OptionValue = number | string | readonly number[];

/** Values of options by their names in camel case. */
export type Options = Readonly<Record<string, OptionValue>>;

/**
 * The options that vary: a list of values for each, where a grid gives every combination of its numbers with one number
 * for each source.
 */
export type Vary = Readonly<Record<string, readonly OptionValue[] | { readonly grid: readonly number[] }>>;

/** Settings that differ for a task. */
export interface TaskExceptions {
  /** Its seeds; by default those of the entry. */
  readonly seeds?: readonly number[];
  /** Its options; by default those of the entry. */
  readonly options?: Options;
}

/** Where the sources of an entry come from. */
export interface SourceRule {
  /** Name of the entry whose models are the sources. */
  readonly from: string;
  /** Tasks of the sources, besides the target. */
  readonly tasks: readonly string[];
  /**
   * The seed of all sources, or of each task (0 for tasks that are not named); undefined for the seed of the run
   * itself.
   */
  readonly seed: number | Readonly<Record<string, number>> | undefined;
  /** The entry of the target's own adapter; undefined if there is none. */
  readonly own: string | undefined;
  /** Whether the target's own adapter is a source even if the target is not among the tasks. */
  readonly addsOwn: boolean;
  /** What replaces the trained adapters, as a control. */
  readonly control: SourceControl | undefined;
}

/** One method of an experiment, with its options. */
export interface Entry {
  /** Its name in the file. */
  readonly id: string;
  /** The method, with its options. */
  readonly method: MethodEntry;
  /** Name in reports. */
  readonly label: string;
  /** Targets; a joint method learns them together. */
  readonly tasks: readonly string[];
  /** Seeds of the models of each task. */
  readonly seeds: readonly number[];
  /** Options of training and of the method, without those that vary. */
  readonly options: Options;
  /** What is otherwise with some tasks. */
  readonly perTask: Readonly<Record<string, TaskExceptions>>;
  /** Where its sources come from; absent for a method without sources. */
  readonly sources?: SourceRule;
  /** Options with several values. */
  readonly vary: Vary;
  /** Whether its models are reported, or only serve as sources. */
  readonly isReported: boolean;
}

/** An experiment file, with its defaults filled in. */
export interface Experiment {
  /** Name of the file without its extension, followed by `-fast` for a fast run. */
  readonly name: string;
  /** Title of reports. */
  readonly title: string;
  /** Hub names, folders, or `mini`. */
  readonly encoders: readonly string[];
  /** Absolute folders by benchmark; `*` stands for all others. */
  readonly data: Readonly<Record<string, string>>;
  /** Folder of the file. Paths in the file are relative to it. */
  readonly folder: string;
  /** The methods with their options, in the order of the file. */
  readonly entries: readonly Entry[];
  /** Ids of the entries that reports compare every other one with. */
  readonly references: readonly string[];
}

/** An experiment file as it is written, as its schema describes it. */
export interface Written {
  readonly title?: string;
  readonly encoders: readonly string[];
  readonly data?: string | Readonly<Record<string, string>>;
  readonly tasks: readonly string[];
  readonly seeds?: readonly number[];
  readonly options?: Options;
  readonly perTask?: Readonly<Record<string, TaskExceptions>>;
  readonly methods: Readonly<Record<string, WrittenEntry | null>>;
  readonly compare?: readonly string[];
  readonly fast?: {
    readonly tasks?: readonly string[];
    readonly seeds?: readonly number[];
    readonly methods?: readonly string[];
    readonly options?: Options;
    readonly perTask?: Readonly<Record<string, TaskExceptions>>;
  };
}

/** One entry of its methods. */
export interface WrittenEntry {
  readonly method?: string;
  readonly label?: string;
  readonly tasks?: readonly string[];
  readonly seeds?: readonly number[];
  readonly sources?: string | WrittenSources;
  readonly options?: Options;
  readonly vary?: Vary;
  readonly perTask?: Readonly<Record<string, TaskExceptions>>;
  readonly report?: boolean;
}

export interface WrittenSources {
  readonly from: string;
  readonly tasks?: readonly string[];
  readonly seed?: number | 'same' | Readonly<Record<string, number>>;
  readonly own?: string | false;
  readonly kind?: 'trained' | SourceControl;
}

/** Converts the short form of an entry's sources to the long form. */
export function longForm(sources: string | WrittenSources): WrittenSources {
  return typeof sources === 'string' ? { from: sources } : sources;
}
