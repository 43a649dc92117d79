import type { Adapter, Encoder, Method } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { Source } from '../model/sources.ts';
import type { Reporter } from '../output/reporter.ts';
import type { MethodOption } from './method-option.ts';

/** What a method is made from. */
export interface MakeOptions {
  /** The adapters to transfer from; none for methods of a single stage. */
  readonly sources: readonly Adapter[];
  /** By the names the library has them under. */
  readonly [option: string]: unknown;
}

/** What there is when a method is prepared. */
export interface Preparation {
  readonly options: Readonly<Record<string, unknown>>;
  readonly sources: readonly Source[];
  /** The target. */
  readonly task: Task;
  readonly encoder: Encoder;
  /** The task that a source was trained on, with its rows. */
  sourceTask(source: Source): Promise<Task>;
  readonly reporter: Pick<Reporter, 'note' | 'progress'>;
  readonly signal: AbortSignal;
}

/** A method as the command line knows it. */
export interface MethodEntry {
  /** As in tables and on the command line. */
  readonly id: string;
  /** What it is, in a few words. */
  readonly summary: string;
  readonly options: Readonly<Record<string, MethodOption>>;
  /** How many sources it needs at least; 0 for methods that take none. */
  readonly sources: number;
  /** The most it takes. */
  readonly mostSources?: number;
  /** Works out options from data, before it is made for training. */
  prepare?(preparation: Preparation): Promise<Readonly<Record<string, unknown>>>;
  /** Without what `prepare` works out it says what it is, but is not to be trained. */
  make(options: MakeOptions): Method;
}
