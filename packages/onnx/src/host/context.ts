import type { HostArray } from '@scalearn/core';
import type { DimValues } from '@scalearn/core/graph';
import type { MaskBuffer } from '../masks/mask-buffer.ts';
import { groupSequences, type SequenceGroup } from './groups.ts';

export interface HostTensor {
  readonly data: Float32Array | Int32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** What the host values of one run are computed from. */
export class HostContext {
  readonly dims: DimValues;
  readonly #feeds: Readonly<Record<string, HostArray>>;
  readonly #groups = new Map<string, readonly SequenceGroup[]>();

  constructor(dims: DimValues, feeds: Readonly<Record<string, HostArray>>) {
    this.dims = dims;
    this.#feeds = feeds;
  }

  /** The fed integers behind an ONNX input name (`input cuSeqlens`). */
  fed(name: string): Int32Array {
    return this.#feeds[name.slice('input '.length)] as Int32Array;
  }

  /** The groups of a batch; every layer asks for the same. */
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

/** A host value with the mask buffer of its run at hand. */
export interface HostCall {
  readonly context: HostContext;
  readonly masks: MaskBuffer;
}
