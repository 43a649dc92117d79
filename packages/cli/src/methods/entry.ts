import type { Encoder } from '@scalearn/core';
import type { MethodDefinition } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import type { Source } from '../model/sources.ts';
import type { Reporter } from '../output/events.ts';

/** What a method can use when it is prepared. */
export interface Preparation {
  readonly options: Readonly<Record<string, unknown>>;
  readonly sources: readonly Source[];
  /** The target task. */
  readonly task: Task;
  readonly encoder: Encoder;
  /** Loads the task that a source was trained on, with its rows. */
  sourceTask(source: Source): Promise<Task>;
  readonly reporter: Pick<Reporter, 'note' | 'progress'>;
  readonly signal: AbortSignal;
}

/** A method with what the command adds to it. */
export interface MethodEntry extends MethodDefinition {
  /** Computes options from data before the method is made for training. */
  prepare?(preparation: Preparation): Promise<Readonly<Record<string, unknown>>>;
}
