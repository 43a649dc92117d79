import type { Groups, Kernel, KernelArguments, KernelInputs, KernelOutputs, Lanes, Size } from './kernel.ts';
import { type DimValues, type Shape, sizeOf } from './shape.ts';
import type { Launch, Value } from './tensor.ts';

export interface LaunchArguments<I extends KernelInputs, O extends KernelOutputs, U extends string, C> {
  /** The tensors of the kernel's inputs, by name. */
  readonly inputs: {
    readonly [K in keyof I]: I[K] extends 'random' | 'optional' | 'optionalIntegers'
      ? Value | undefined
      : Value;
  };
  /** The tensors of the kernel's outputs, by name. */
  readonly outputs: { readonly [K in keyof O]: Value };
  /** The kernel's sizes, by name. */
  readonly sizes: { readonly [K in U]: Size };
  /** The constants from which the kernel's text is made. */
  readonly constants: C;
  /** Number of workgroups; by default one invocation per item of the kernel's first size, see {@link eachItem}. */
  readonly groups?: (dims: DimValues) => Groups;
  /** Floating-point operations of one use, for profiles; by default they are not counted. */
  readonly flops?: Size;
  /** Outputs to set to zero before the kernel runs; none by default. */
  readonly cleared?: readonly (keyof O & string)[];
}

export function launch<I extends KernelInputs, O extends KernelOutputs, U extends string, C>(
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
    flops: use.flops ?? constantSize(0),
    groups: use.groups ?? groupsFor(items, itemGroup),
    workgroup: kernel.workgroup?.(use.constants) ?? itemGroup,
    subgroups: kernel.subgroups?.(use.constants) ?? false,
    halves: kernel.halves?.(use.constants) ?? false,
    functions: kernel.functions?.(use.constants) ?? [],
    declarations: kernel.declarations?.(use.constants) ?? '',
    cleared: use.cleared ?? [],
    // The renderer passes exactly the names that the kernel declares.
    body: (names) => kernel.body(names as KernelArguments<I, O, U>, use.constants),
  };
}

/** Returns the number of elements of a shape, or of some of its axes. */
export function elements(shape: Shape): Size {
  return (dims) => sizeOf(shape, dims);
}

export function constantSize(value: number): Size {
  return () => value;
}

/** Number of invocations in a group of a kernel with one item per invocation. */
const itemGroup = 64;

/** Returns WGSL that declares an invocation's item as `name`, and returns if the item is beyond the last one. */
export function eachItem(name: string, count: string): string {
  return `  let ${name} = tile * ${itemGroup}u + local;\n  if (${name} >= ${count}) { return; }`;
}

const maxGroups = 65535;

/** Returns the groups for `count` items, `perGroup` each. Their index is `tile`; there may be more than needed. */
export function groupsFor(count: Size, perGroup: number): (dims: DimValues) => Groups {
  return (dims) => {
    const groups = Math.ceil(count(dims) / perGroup);
    const rows = Math.ceil(groups / maxGroups);
    return rows <= 1 ? [groups, 1, 1] : [Math.ceil(groups / rows), rows, 1];
  };
}

/** Returns the number of rows of a tensor: the product of all axes except the last. */
export function rowsOf(shape: Shape): Size {
  return elements(shape.slice(0, -1));
}
export function widthOf(shape: Shape): Size {
  return elements(shape.slice(-1));
}

/** Returns the number of items of `lanes` elements into which the rows are divided. */
export function rowItems(shape: Shape, lanes: Lanes): Size {
  return (dims) => (rowsOf(shape)(dims) * widthOf(shape)(dims)) / lanes;
}

/** Returns 4 if rows can be read four elements at a time, else 1. */
export function lanesOf(shape: Shape): Lanes {
  const width = shape.at(-1);
  return typeof width === 'number' && width % 4 === 0 ? 4 : 1;
}
