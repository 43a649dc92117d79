import type { MatmulTile, Product } from './product.ts';
import type { DimValues } from './shape.ts';

/**
 * WGSL kernels as data. A kernel names its inputs, outputs and sizes once. The declarations of its text, the bind-group
 * layout, and the types of the names that its body and its launches may use all derive from that.
 */

/** Elements per access: one element, or four neighbors in a row. */
export type Lanes = 1 | 4;

/** An f32 array in memory, by flat index. */
export interface ArrayInput {
  /** Returns the text of an element, by flat index. */
  at(index: string): string;
  /** Returns the text of four elements as a `vec4f`, by index / 4. */
  at4(index4: string): string;
}

/** An i32 array in memory, by flat index. */
export interface IntegerInput {
  /** Returns the text of an element, by flat index. */
  at(index: string): string;
}

/**
 * An f32 tensor seen as rows of its last axis. Its elements are in memory, or are computed at each use by elementwise
 * operations that the planner has fused into the kernel. A kernel should therefore read each element only a few times.
 */
export interface ValuesInput {
  /** Returns the text of element (row, column), or of four elements from a column that is a multiple of four. */
  get(row: string, column: string, lanes?: Lanes): string;
  /** Returns the text of one element by flat index, or of four from an index that is a multiple of four. */
  flat(index: string, lanes?: Lanes): string;
}

/** An f32 array in memory. */
export interface ArrayOutput {
  /**
   * Returns the statement that stores an element by flat index, or four elements from an index that is a multiple of
   * four.
   */
  set(index: string, value: string, lanes?: Lanes): string;
}

/**
 * An f32 result. The kernel must put every element exactly once. The planner appends the elementwise operations that
 * follow, and may store only their results.
 */
export interface ValuesOutput {
  /**
   * Returns the statement that puts element (row, column), or four elements from a column that is a multiple of four.
   */
  put(row: string, column: string, value: string, lanes?: Lanes): string;
  /**
   * Returns the statement that puts an element by flat index, or four elements from an index that is a multiple of
   * four.
   */
  flat(index: string, value: string, lanes?: Lanes): string;
}

interface InputAccess {
  array: ArrayInput;
  integers: IntegerInput;
  /** Integers that may be absent; undefined if they are. */
  optionalIntegers: IntegerInput | undefined;
  values: ValuesInput;
  /** Values that may be absent; undefined if they are. */
  optional: ValuesInput | undefined;
  /** Text of the random state, a `vec4i`; may be absent. */
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

/** The arguments of a kernel's body: its inputs, outputs and sizes (u32 expressions) by name. */
export type KernelArguments<I extends KernelInputs, O extends KernelOutputs, U extends string> = {
  readonly [K in keyof I]: InputAccess[I[K]];
} & { readonly [K in keyof O]: OutputAccess[O[K]] } & { readonly [K in U]: string };

/**
 * A kernel. The body's text may use the names `group` (workgroup id, vec3u), `tile` (index of the group, counted along
 * x, then y), `local` (invocation index in the group) and, with subgroups, `lane`.
 */
export interface Kernel<I extends KernelInputs, O extends KernelOutputs, U extends string, C> {
  /** Name for labels and errors. */
  readonly name: string;
  /** The inputs by name, with how the text reads each. */
  readonly inputs: I;
  /** The outputs by name, with how the text writes each. */
  readonly outputs: O;
  /** Names of sizes that differ between uses without a new pipeline. */
  readonly sizes: readonly U[];
  /** Number of invocations in a group; {@link itemGroup} by default. */
  readonly workgroup?: (constants: C) => number;
  /** Whether the text needs the `subgroups` extension; by default it does not. */
  readonly subgroups?: (constants: C) => boolean;
  /** Whether the text needs the `f16` extension; by default it does not. */
  readonly halves?: (constants: C) => boolean;
  /** Functions of the device's library that the text calls, such as erf, philox and dropout; none by default. */
  readonly functions?: (constants: C) => readonly string[];
  /** Module-scope text, such as workgroup variables and functions; none by default. */
  readonly declarations?: (constants: C) => string;
  /** Returns the text of the body, which declares no bindings. */
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

/** Computes a size from the dimensions of a run. */
export type Size = (dims: DimValues) => number;

export type Groups = readonly [number, number, number];

/** The kernel variants to use on an adapter. */
export interface KernelProfile {
  /** The unit that shares the tiles of a matrix product. */
  readonly matmul: 'subgroup' | 'register' | 'workgroup';
  /** The unit that computes one row of a norm or a sum. */
  readonly rows: 'subgroup' | 'thread' | 'workgroup';
  /** Number of invocations in a subgroup, if it is fixed. */
  readonly subgroupSize: number;
  /** Whether tiles of matrix products in workgroup memory may hold f16; by default they hold f32. */
  readonly halves?: boolean;
  /** Returns the tile of a matrix product; by default, and if it returns undefined, the variant's own. */
  readonly tileOf?: (product: Product) => MatmulTile | undefined;
}
