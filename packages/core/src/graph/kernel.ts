import type { Tensors } from './operation.ts';
import { type DimValues, type Shape, sizeOf } from './shape.ts';
import type { DType } from './storage.ts';
import type { Tensor } from './tensor.ts';
import type { Mapped } from './tuple.ts';

/**
 * WGSL kernels as data. A kernel names its inputs, outputs and sizes once; the text's declarations, the bind-group
 * layout and the types of what its body and its launches may name all derive from that.
 */

/** One element, or four neighbours of a row. */
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
type Inputs = Readonly<Record<string, InputKind>>;
type Outputs = Readonly<Record<string, OutputKind>>;

/** What a kernel's body is written with: its inputs, outputs and sizes (u32 expressions) by name. */
export type KernelArguments<I extends Inputs, O extends Outputs, U extends string> = {
  readonly [K in keyof I]: InputAccess[I[K]];
} & { readonly [K in keyof O]: OutputAccess[O[K]] } & { readonly [K in U]: string };

/**
 * A kernel. The body's text may use the names `group` (workgroup id, vec3u), `tile` (the group's number when groups
 * are counted along x, then y), `local` (invocation index in the group) and, with subgroups, `lane`.
 */
export interface Kernel<I extends Inputs, O extends Outputs, U extends string, C> {
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
  const I extends Inputs,
  const O extends Outputs,
  const U extends string = never,
  C = Record<never, never>,
>(kernel: Kernel<I, O, U, C>): Kernel<I, O, U, C> {
  return kernel;
}

/** A size in one run. */
export type Size = (dims: DimValues) => number;

/** An intermediate array between the kernels of one operation. */
export interface Temporary {
  readonly temporary: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

export type Value = Tensor | Temporary;
export type Groups = readonly [number, number, number];

export interface LaunchArguments<I extends Inputs, O extends Outputs, U extends string, C> {
  readonly inputs: {
    readonly [K in keyof I]: I[K] extends 'random' | 'optional' ? Value | undefined : Value;
  };
  readonly outputs: { readonly [K in keyof O]: Value };
  readonly sizes: { readonly [K in U]: Size };
  readonly constants: C;
  /** By default one invocation for each of what the kernel's first size counts; see {@link eachItem}. */
  readonly groups?: (dims: DimValues) => Groups;
  /** Outputs that must be zero before the kernel runs. */
  readonly cleared?: readonly (keyof O & string)[];
}

/** One use of a kernel, its types erased: what planners handle. */
export interface Launch {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Value | undefined>>;
  readonly inputKinds: Inputs;
  readonly outputs: Readonly<Record<string, Value>>;
  readonly outputKinds: Outputs;
  readonly sizes: Readonly<Record<string, Size>>;
  readonly groups: (dims: DimValues) => Groups;
  readonly workgroup: number;
  readonly subgroups: boolean;
  readonly functions: readonly string[];
  readonly declarations: string;
  readonly cleared: readonly string[];
  readonly body: (names: Readonly<Record<string, unknown>>) => string;
}

export function launch<I extends Inputs, O extends Outputs, U extends string, C>(
  kernel: Kernel<I, O, U, C>,
  use: LaunchArguments<I, O, U, C>,
): Launch {
  const [first] = kernel.sizes;
  const items = first === undefined ? constantSize(1) : use.sizes[first];
  return {
    name: kernel.name,
    inputs: use.inputs,
    inputKinds: kernel.inputs,
    outputs: use.outputs,
    outputKinds: kernel.outputs,
    sizes: use.sizes,
    groups: use.groups ?? groupsFor(items, itemGroup),
    workgroup: kernel.workgroup?.(use.constants) ?? itemGroup,
    subgroups: kernel.subgroups?.(use.constants) ?? false,
    functions: kernel.functions?.(use.constants) ?? [],
    declarations: kernel.declarations?.(use.constants) ?? '',
    cleared: use.cleared ?? [],
    // The renderer passes exactly the names that the kernel has declared.
    body: (names) => kernel.body(names as KernelArguments<I, O, U>, use.constants),
  };
}

/** What kernels are chosen by: which forms suit an adapter. */
export interface KernelProfile {
  readonly matmul: 'subgroup' | 'register' | 'workgroup';
  /** Who works on one row of a norm or a sum. */
  readonly rows: 'subgroup' | 'thread' | 'workgroup';
  /** Invocations in a subgroup, where that is one known number. */
  readonly subgroupSize: number;
}

/** What an operation derives its launches from. */
export interface WgslCall<I extends Tensors, A, O extends Tensors> {
  readonly attributes: A;
  readonly inputs: I;
  readonly outputs: O;
  /** Whether anything reads each output. */
  readonly used: Mapped<O, boolean>;
  readonly profile: KernelProfile;
}

/** Number of elements of a shape, or of some of its axes. */
export function elements(shape: Shape): Size {
  return (dims) => sizeOf(shape, dims);
}

export function constantSize(value: number): Size {
  return () => value;
}

/** Invocations in a group of a kernel in which each has an item for itself. */
const itemGroup = 64;

/** WGSL that declares an invocation's item by a name of your choice, and ends what is beyond the last. */
export function eachItem(name: string, count: string): string {
  return `  let ${name} = tile * ${itemGroup}u + local;\n  if (${name} >= ${count}) { return; }`;
}

const maxGroups = 65535;

/** Groups for `count` items of which each group takes some; numbered by `tile`, which may exceed what is needed. */
export function groupsFor(count: Size, perGroup: number): (dims: DimValues) => Groups {
  return (dims) => {
    const groups = Math.ceil(count(dims) / perGroup);
    const rows = Math.ceil(groups / maxGroups);
    return rows <= 1 ? [groups, 1, 1] : [Math.ceil(groups / rows), rows, 1];
  };
}

/** The matrix a tensor is seen as: all axes but the last, and the last. */
export function rowsOf(shape: Shape): Size {
  return elements(shape.slice(0, -1));
}
export function widthOf(shape: Shape): Size {
  return elements(shape.slice(-1));
}

/** Items of as many elements, if each row is divided into items. */
export function rowItems(shape: Shape, lanes: Lanes): Size {
  return (dims) => (rowsOf(shape)(dims) * widthOf(shape)(dims)) / lanes;
}

/** Whether rows can be read four elements at a time. */
export function lanesOf(shape: Shape): Lanes {
  const width = shape.at(-1);
  return typeof width === 'number' && width % 4 === 0 ? 4 : 1;
}
