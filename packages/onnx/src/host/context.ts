import type { HostArray } from '@scalearn/core';
import type { DimValues } from '@scalearn/core/graph';
import type { MaskBuffer } from '../masks/mask-buffer.ts';
import { groupSequences, type SequenceGroup } from './groups.ts';

export interface HostTensor {
  readonly data: Float32Array | Int32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** The inputs from which the host values of one run are computed. */
export class HostContext {
  readonly dims: DimValues;
  readonly #feeds: Readonly<Record<string, HostArray>>;
  readonly #groups = new Map<string, readonly SequenceGroup[]>();

  constructor(dims: DimValues, feeds: Readonly<Record<string, HostArray>>) {
    this.dims = dims;
    this.#feeds = feeds;
  }

  /** Returns the fed integers of an ONNX input (`input cuSeqlens`). */
  fed(name: string): Int32Array {
    return this.#feeds[name.slice('input '.length)] as Int32Array;
  }

  /** Returns the groups of a batch. They are cached, because every layer needs the same groups. */
  groups(cuSeqlens: string, count: number): readonly SequenceGroup[] {
    const key = `${count} ${cuSeqlens}`;
    let groups = this.#groups.get(key);
    if (!groups) {
      groups = groupSequences(this.fed(cuSeqlens), count);
      this.#groups.set(key, groups);
    }
    return groups;
  }
}

/** The arguments for computing a host value: the context and the mask buffer of its run. */
export interface HostCall {
  readonly context: HostContext;
  readonly masks: MaskBuffer;
}
