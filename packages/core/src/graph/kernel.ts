import type { DimValues } from './shape.ts';

/**
 * WGSL kernels as data. A kernel names its inputs, outputs and sizes once; the text's declarations, the bind-group
 * layout and the types of what its body and its launches may name all derive from that.
 */

/** One element, or four neighbors of a row. */
export type Lanes = 1 | 4;

/** An f32 array in memory, by flat index. */
export interface ArrayInput {
  at(index: string): string;
  /** Four elements as `vec4f`, by index / 4. */
  at4(index4: string): string;
}

/** An i32 array in memory, by flat index. */
export interface IntegerInput {
  at(index: string): string;
}

/**
 * An f32 tensor seen as rows of its last axis. Its elements may be in memory, or computed at each use by elementwise
 * operations that the planner has drawn into the kernel; so a kernel that uses this should read each only a few times.
 */
export interface ValuesInput {
  /** Element (row, column), or four from a column that is a multiple of four. */
  get(row: string, column: string, lanes?: Lanes): string;
  /** One element by flat index, or four from an index that is a multiple of four. */
  flat(index: string, lanes?: Lanes): string;
}

/** An f32 array in memory. */
export interface ArrayOutput {
  set(index: string, value: string, lanes?: Lanes): string;
}

/**
 * An f32 result of which every element is put exactly once. The planner appends the elementwise operations that
 * follow, and what is stored may be their results only.
 */
export interface ValuesOutput {
  put(row: string, column: string, value: string, lanes?: Lanes): string;
  flat(index: string, value: string, lanes?: Lanes): string;
}

interface InputAccess {
  array: ArrayInput;
  integers: IntegerInput;
  values: ValuesInput;
  /** Values that may be absent. */
  optional: ValuesInput | undefined;
  /** The random state as a `vec4i`; may be absent. */
  random: string;
}
interface OutputAccess {
  array: ArrayOutput;
  values: ValuesOutput;
}
export type InputKind = keyof InputAccess;
export type OutputKind = keyof OutputAccess;
export type KernelInputs = Readonly<Record<string, InputKind>>;
export type KernelOutputs = Readonly<Record<string, OutputKind>>;

/** What a kernel's body is written with: its inputs, outputs and sizes (u32 expressions) by name. */
export type KernelArguments<I extends KernelInputs, O extends KernelOutputs, U extends string> = {
  readonly [K in keyof I]: InputAccess[I[K]];
} & { readonly [K in keyof O]: OutputAccess[O[K]] } & { readonly [K in U]: string };

/**
 * A kernel. The body's text may use the names `group` (workgroup id, vec3u), `tile` (the group's number when groups
 * are counted along x, then y), `local` (invocation index in the group) and, with subgroups, `lane`.
 */
export interface Kernel<I extends KernelInputs, O extends KernelOutputs, U extends string, C> {
  readonly name: string;
  readonly inputs: I;
  readonly outputs: O;
  /** Sizes that change from use to use without another pipeline. */
  readonly sizes: readonly U[];
  /** Invocations in a group; {@link itemGroup} by default. */
  readonly workgroup?: (constants: C) => number;
  /** Whether the text needs the `subgroups` extension. */
  readonly subgroups?: (constants: C) => boolean;
  /** Functions of the device's library that the text calls: erf, philox, dropout and the like. */
  readonly functions?: (constants: C) => readonly string[];
  /** Module-scope text: workgroup variables and functions. */
  readonly declarations?: (constants: C) => string;
  readonly body: (names: KernelArguments<I, O, U>, constants: C) => string;
}

export function defineKernel<
  const I extends KernelInputs,
  const O extends KernelOutputs,
  const U extends string = never,
  C = Record<never, never>,
>(kernel: Kernel<I, O, U, C>): Kernel<I, O, U, C> {
  return kernel;
}

/** A size in one run. */
export type Size = (dims: DimValues) => number;

export type Groups = readonly [number, number, number];

/** What kernels are chosen by: which forms suit an adapter. */
export interface KernelProfile {
  readonly matmul: 'subgroup' | 'register' | 'workgroup';
  /** Who works on one row of a norm or a sum. */
  readonly rows: 'subgroup' | 'thread' | 'workgroup';
  /** Invocations in a subgroup, where that is one known number. */
  readonly subgroupSize: number;
}
