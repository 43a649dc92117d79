import { at } from '../../../elements.ts';
import { DeviceError } from '../../../errors.ts';
import type { KernelProfile } from '../../../graph/kernel.ts';
import { countKey } from '../../../graph/shape.ts';
import type { Launch, Node, Tensor, Value } from '../../../graph/tensor.ts';
import { externalOperands, Group, isAligned, isDrawable, operandRoots } from './group.ts';
import type { Uses } from './uses.ts';
import { elementwiseOf, inlineOf, isAlias, isTensor, placeOf } from './values.ts';

/** The number of storage buffers that every adapter can bind to one kernel. */
const bindingLimit = 8;

/**
 * Fuses elementwise operations into the kernels around them, in topological order:
 * - an elementwise operation becomes an epilogue of a kernel that computes one of its operands, the latest possible;
 *   several results of an epilogue may be stored;
 * - otherwise it joins or starts a group of elementwise operations over the same number of elements;
 * - a kernel that reads an input once computes it during the load, if only elementwise operations produce it.
 *
 * A group never depends on itself, and never binds more buffers than every adapter supports.
 */
export class Fuser {
  readonly groups: Set<Group> = new Set();
  readonly #uses: Uses;
  readonly #producers = new Map<Value, Group>();
  readonly #ids = new Map<Value, number>();

  constructor(uses: Uses, profile: KernelProfile) {
    this.#uses = uses;
    for (const [order, node] of uses.nodes.entries()) {
      for (const input of node.inputs) if (!inlineOf(input)) this.#materialize(placeOf(input).root, order);
      const first = at(node.outputs, 0);
      if (elementwiseOf(first)) this.#placeElementwise(first, order);
      else this.#placeKernels(node, order, profile);
    }
    for (const value of uses.kept) this.#materialize(value, uses.nodes.length);
  }

  producer(value: Value): Group | undefined {
    return this.#producers.get(value);
  }

  /** Returns whether a result must be in memory, because something outside the group's own operations reads it. */
  isStored(value: Value, group: Group, extra: readonly Tensor[] = []): boolean {
    if (this.#uses.kept.has(value) || 'temporary' in value) return true;
    // Constants and masks are in a group only if they are needed in memory.
    if (inlineOf(value)) return true;
    const inside = new Set([...group.nodes, ...extra].map((t) => t.node));
    for (const node of this.#uses.consumers.get(value) ?? []) if (!inside.has(node)) return true;
    return false;
  }

  /** Returns the groups that must run before this one. */
  dependencies(group: Group): Set<Group> {
    const before = new Set<Group>(group.after);
    for (const root of group.reads()) {
      const producer = this.#producers.get(root);
      if (producer) before.add(producer);
    }
    for (const node of group.nodes) {
      const variable = this.#uses.inPlace.get(node);
      // A variable is overwritten only after all groups that read its old value have run.
      if (variable) for (const reader of this.groups) if (reader.reads().has(variable)) before.add(reader);
    }
    before.delete(group);
    return before;
  }

  /** Adds a group that writes a constant or a mask to memory. */
  #materialize(root: Value, order: number): void {
    if (!isTensor(root) || !inlineOf(root) || this.#producers.has(root)) return;
    this.#add(new Group(order), [root]);
  }

  #add(group: Group, nodes: readonly Tensor[]): void {
    this.groups.add(group);
    group.nodes.push(...nodes);
    group.nodes.sort((a, b) => a.node.id - b.node.id);
    for (const value of group.results) {
      const earlier = this.#producers.get(value);
      if (earlier?.launch && earlier !== group && !group.after.includes(earlier)) group.after.push(earlier);
      this.#producers.set(value, group);
    }
  }

  #placeElementwise(tensor: Tensor, order: number): void {
    const candidates = new Set<Group>();
    for (const operand of tensor.node.inputs) {
      const producer = this.#producers.get(placeOf(operand).root);
      if (producer && isAligned(operand, tensor.shape)) candidates.add(producer);
    }
    const kernelsFirst = [...candidates].sort(
      (a, b) => Number(b.launch !== undefined) - Number(a.launch !== undefined) || b.order - a.order,
    );
    for (const group of [...kernelsFirst, ...this.#siblings(tensor)])
      if (this.#canJoin(group, [tensor])) {
        this.#add(group, [tensor]);
        this.#pullOperands(group, tensor);
        return;
      }
    this.#add(new Group(order), [tensor]);
  }

  /** Returns the elementwise groups that also read one of the tensor's operands element by element. */
  #siblings(tensor: Tensor): Group[] {
    const aligned = tensor.node.inputs.filter((t) => !inlineOf(t) && isAligned(t, tensor.shape));
    const roots = aligned.map((t) => placeOf(t).root);
    return [...this.groups]
      .reverse()
      .filter((group) => !group.launch && roots.some((root) => operandRoots(group.nodes).has(root)));
  }

  #canJoin(group: Group, nodes: readonly Tensor[]): boolean {
    const { domain } = group;
    if (!domain || nodes.some((t) => countKey(t.shape) !== countKey(domain))) return false;
    const inner = new Set<Value>([...group.nodes, ...nodes]);
    if (group.primaryValue) inner.add(group.primaryValue);
    const results = new Set<Value>([...group.results, ...nodes]);
    // A value that the kernel reads cannot be computed in its epilogue.
    const needed = [
      ...group.kernelReads,
      ...[...group.prologues.values()].flatMap((p) => [...operandRoots(p)]),
    ];
    if (needed.some((root) => isTensor(root) && nodes.includes(root))) return false;
    for (const node of nodes)
      for (const operand of elementwiseOf(node) ? node.node.inputs : []) {
        const { root } = placeOf(operand);
        if (results.has(root) && !(inner.has(root) && isAligned(operand, node.shape))) return false;
      }
    return (
      this.#bindings(group, nodes) <= bindingLimit &&
      !this.#overwritesReads(group, nodes) &&
      !this.#waitsForItself(group, nodes)
    );
  }

  /** Returns whether the group would write a variable at other positions than those where it reads it. */
  #overwritesReads(group: Group, extra: readonly Tensor[]): boolean {
    const nodes = [...group.nodes, ...extra];
    return nodes.some((written) => {
      const variable = this.#uses.inPlace.get(written);
      if (!variable) return false;
      const scattered = nodes.some((t) =>
        t.node.inputs.some((x) => placeOf(x).root === variable && !isAligned(x, t.shape)),
      );
      const drawn = [...group.prologues.values()].some((p) => operandRoots(p).has(variable));
      return scattered || drawn || group.kernelReads.includes(variable);
    });
  }

  #waitsForItself(group: Group, nodes: readonly Tensor[]): boolean {
    const before = new Set<Group>();
    for (const root of externalOperands(nodes)) {
      const producer = this.#producers.get(root);
      if (producer && producer !== group) before.add(producer);
    }
    for (const node of nodes) {
      const variable = this.#uses.inPlace.get(node);
      if (variable)
        for (const reader of this.groups)
          if (reader !== group && reader.reads().has(variable)) before.add(reader);
    }
    return this.#anyReaches(before, group);
  }

  /** Returns whether one of the groups depends on `target`, directly or indirectly. */
  #anyReaches(from: Iterable<Group>, target: Group): boolean {
    const seen = new Set<Group>();
    const stack = [...from];
    for (let group = stack.pop(); group; group = stack.pop()) {
      if (group === target) return true;
      if (seen.has(group)) continue;
      seen.add(group);
      stack.push(...this.dependencies(group));
    }
    return false;
  }

  /** Returns the number of buffers that the group would bind with extra elementwise operations. */
  #bindings(group: Group, extra: readonly Tensor[] = [], prologue: readonly Tensor[] = []): number {
    const keys = new Set<string>();
    const bind = (value: Value): void => {
      const { root, offset } = placeOf(value);
      keys.add(`${this.#id(this.#uses.inPlace.get(root) ?? root)}@${offset}`);
    };
    const nodes = [...group.nodes, ...extra];
    const own = new Set<Value>([...group.results, ...extra]);
    const drawn = [...group.prologues.values()].flat().concat(prologue);
    for (const t of drawn) own.add(t);
    for (const [key, value] of Object.entries(group.launch?.inputs ?? {})) {
      if (!value || !group.launch || group.launch.inputKinds[key] === 'random') continue;
      if (isDrawable(group.launch, key) && inlineOf(value)) continue;
      if (!group.prologues.has(key) && !own.has(placeOf(value).root)) bind(value);
    }
    for (const t of [...nodes, ...drawn])
      for (const x of elementwiseOf(t) ? t.node.inputs : [])
        if (!inlineOf(x) && !own.has(placeOf(x).root)) bind(x);
    for (const result of [...group.results, ...extra]) {
      const kernelArray = !isTensor(result) || ![...group.nodes, ...extra].includes(result);
      if (this.isStored(result, group, extra) || (kernelArray && group.primaryValue !== result)) bind(result);
    }
    return keys.size;
  }

  #id(value: Value): number {
    const id = this.#ids.get(value) ?? this.#ids.size;
    this.#ids.set(value, id);
    return id;
  }

  /** Moves elementwise groups that compute a new member's operands into the group where possible. */
  #pullOperands(group: Group, tensor: Tensor): void {
    for (const operand of tensor.node.inputs) {
      const other = this.#producers.get(placeOf(operand).root);
      if (!other || other === group || other.launch || !this.#canJoin(group, other.nodes)) continue;
      // Groups that depend on the other group will depend on this one.
      const readers = [...this.groups].filter(
        (g) => g !== group && g !== other && other.nodes.some((t) => g.reads().has(t)),
      );
      const before = this.dependencies(group);
      before.delete(other);
      if (readers.some((reader) => this.#anyReaches(before, reader))) continue;
      this.groups.delete(other);
      this.#add(group, other.nodes);
    }
  }

  #placeKernels(node: Node, order: number, profile: KernelProfile): void {
    const { operation, attributes, inputs, outputs } = node;
    if (!operation.wgsl) throw new DeviceError(`'${operation.name}' has no WebGPU kernel`);
    const used = outputs.map((t) => !isAlias(t) && (this.#uses.kept.has(t) || this.#uses.consumers.has(t)));
    const launches = operation.wgsl({ attributes, inputs, outputs, used, profile });
    for (const launch of launches) {
      const group = new Group(order, launch);
      for (const [key, value] of Object.entries(launch.inputs)) {
        if (!value || launch.inputKinds[key] === 'random') continue;
        if (isDrawable(launch, key)) this.#drawProducer(group, key, value, node, launches);
        else this.#materialize(placeOf(value).root, order);
      }
      this.#add(group, []);
    }
  }

  /** Moves an elementwise group that computes only one input into the loads of that input. */
  #drawProducer(group: Group, key: string, value: Value, node: Node, launches: readonly Launch[]): void {
    const { root } = placeOf(value);
    const producer = this.#producers.get(root);
    const consumers = this.#uses.consumers.get(root);
    if (!producer || producer.launch || inlineOf(value) || !isAligned(value, root.shape)) return;
    if (this.#uses.kept.has(root) || consumers?.size !== 1 || !consumers.has(node)) return;
    const reads = (launch: Launch): number =>
      Object.values(launch.inputs).filter((x) => x && placeOf(x).root === root).length;
    if (launches.reduce((sum, launch) => sum + reads(launch), 0) !== 1) return;
    if (producer.nodes.some((t) => t !== root && this.isStored(t, producer))) return;
    if (this.#bindings(group, [], producer.nodes) > bindingLimit) return;
    group.prologues.set(key, producer.nodes);
    this.groups.delete(producer);
    for (const t of producer.nodes) this.#producers.delete(t);
  }
}
