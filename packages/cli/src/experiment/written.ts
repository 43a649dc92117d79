import type { SourceControl } from '@scalearn/core';
import type { Options, TaskExceptions, Vary } from './experiment.ts';

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
