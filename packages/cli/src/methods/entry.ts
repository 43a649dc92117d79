import type { Adapter, Method } from '@scalearn/core';
import type { MethodOption } from './method-option.ts';

/** What a method is made from. */
export interface MakeOptions {
  /** The adapters to transfer from; none for methods of a single stage. */
  readonly sources: readonly Adapter[];
  /** By the names the library has them under. */
  readonly [option: string]: unknown;
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
  make(options: MakeOptions): Method;
}
