import type { Encoder } from '@scalearn/core';
import type { MethodDefinition } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import type { Source } from '../model/sources.ts';
import type { Reporter } from '../output/events.ts';

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
export interface MethodEntry extends MethodDefinition {
  /** Works out options from data, before it is made for training. */
  prepare?(preparation: Preparation): Promise<Readonly<Record<string, unknown>>>;
}
