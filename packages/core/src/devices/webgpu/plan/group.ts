import { countKey, type Shape } from '../../../graph/shape.ts';
import type { Launch, Tensor, Value } from '../../../graph/tensor.ts';
import { elementwiseOf, inlineOf, placeOf } from './values.ts';

/**
 * The contents of one dispatch: a kernel with elementwise operations fused into it, or elementwise operations alone.
 */
export class Group {
  readonly launch: Launch | undefined;
  /** The name of the kernel's output that elementwise operations may follow. */
  readonly primary: string | undefined;
  /** Elementwise results of the epilogue in topological order, including stored constants and masks. */
  readonly nodes: Tensor[] = [];
  /** Elementwise tensors computed where the kernel reads an input, by the input's name. */
  readonly prologues: Map<string, readonly Tensor[]> = new Map();
  /** Groups that write other parts of the same array. */
  readonly after: Group[] = [];
  /** Position in the graph's order. */
  readonly order: number;

  constructor(order: number, launch?: Launch) {
    this.order = order;
    this.launch = launch;
    this.primary = launch && Object.keys(launch.outputs).find((k) => launch.outputKinds[k] === 'values');
  }

  /** The shape over which elementwise operations run; undefined if none can follow the kernel. */
  get domain(): Shape | undefined {
    if (!this.launch) return this.nodes[0]?.shape;
    return this.primaryValue?.shape;
  }

  get primaryValue(): Value | undefined {
    return this.primary === undefined ? undefined : this.launch?.outputs[this.primary];
  }

  /** All results that can be stored. */
  get results(): readonly Value[] {
    return [...Object.values(this.launch?.outputs ?? {}), ...this.nodes];
  }

  /** The arrays that the kernel reads from memory, without those computed by prologues or inline. */
  get kernelReads(): readonly Value[] {
    const reads: Value[] = [];
    for (const [key, value] of Object.entries(this.launch?.inputs ?? {})) {
      if (!value || this.launch?.inputKinds[key] === 'random' || this.prologues.has(key)) continue;
      if (this.launch && isDrawable(this.launch, key) && inlineOf(value)) continue;
      reads.push(placeOf(value).root);
    }
    return reads;
  }

  /** Returns all arrays that the group reads, except its own results. */
  reads(extra: readonly Tensor[] = []): Set<Value> {
    const own = new Set<Value>([...this.results, ...extra]);
    const reads = new Set<Value>(this.kernelReads);
    for (const nodes of this.prologues.values()) for (const root of externalOperands(nodes)) reads.add(root);
    for (const root of operandRoots([...this.nodes, ...extra])) if (!own.has(root)) reads.add(root);
    return reads;
  }
}

/** Returns whether an input may be computed where the kernel reads it. */
export function isDrawable(launch: Launch, key: string): boolean {
  return launch.inputKinds[key] === 'values' || launch.inputKinds[key] === 'optional';
}

/** Returns the arrays that elementwise tensors read. Constants and masks are not read. */
export function operandRoots(nodes: readonly Tensor[]): Set<Value> {
  const roots = new Set<Value>();
  for (const node of nodes) {
    if (!elementwiseOf(node)) continue;
    for (const operand of node.node.inputs) if (!inlineOf(operand)) roots.add(placeOf(operand).root);
  }
  return roots;
}

/** Returns {@link operandRoots} without the tensors themselves. */
export function externalOperands(nodes: readonly Tensor[]): Set<Value> {
  const roots = operandRoots(nodes);
  for (const node of nodes) roots.delete(node);
  return roots;
}

/** Returns whether an operand of an elementwise tensor has the same elements in the same order. */
export function isAligned(operand: Value, shape: Shape): boolean {
  const { root, offset } = placeOf(operand);
  return (
    offset === 0 &&
    countKey(operand.shape) === countKey(shape) &&
    countKey(root.shape) === countKey(operand.shape)
  );
}
