import type { Dim, HostValue, OnnxAttribute, OnnxEmitter, OnnxValue, ScanValues } from '@scalearn/core/graph';
import type { ElementType, ModelConstant, ModelInput, ModelNode, ModelOutput } from './model.ts';

/** Collects an ONNX graph. Equal nodes and constants are written once, so gradients share forward work. */
export abstract class Emitter implements OnnxEmitter {
  abstract readonly groups: number;
  readonly nodeList: ModelNode[] = [];
  readonly inputs: ModelInput[] = [];
  readonly outputs: ModelOutput[] = [];
  readonly constants: ModelConstant[] = [];
  /** Beginning of the names of nodes' outputs. */
  protected readonly prefix: string = '';
  readonly #known = new Map<string, readonly OnnxValue[]>();

  node(
    type: string,
    inputs: readonly OnnxValue[],
    attributes: Record<string, OnnxAttribute> = {},
  ): OnnxValue {
    return this.nodes(type, inputs, 1, attributes)[0] as OnnxValue;
  }

  nodes(
    type: string,
    inputs: readonly OnnxValue[],
    outputs: number,
    attributes: Record<string, OnnxAttribute> = {},
  ): readonly OnnxValue[] {
    return this.once(JSON.stringify([type, inputs, attributes]), () => {
      const names = this.#names(type, outputs);
      this.nodeList.push({ type, inputs, outputs: names, attributes });
      return names;
    });
  }

  scan<Carried extends string, Each extends string, Result extends string>(
    values: ScanValues<Carried, Each>,
    write: (values: ScanValues<Carried, Each>, emit: OnnxEmitter) => ScanValues<Carried, Result>,
  ): ScanValues<Carried, Result> {
    const [name] = this.#names('Scan', 1) as [string];
    const body = new BodyEmitter(this, name);
    const read = <Name extends string>(from: Readonly<Record<Name, OnnxValue>>) =>
      renamed(from, (key) => body.input(key));
    const results = write({ carried: read(values.carried), each: read(values.each) }, body);
    const inputs: OnnxValue[] = [
      ...Object.values<OnnxValue>(values.carried),
      ...Object.values<OnnxValue>(values.each),
    ];
    const outputs: OnnxValue[] = [];
    const result = (key: string, value: OnnxValue): OnnxValue => {
      const own = `${name}_${key}`;
      body.outputs.push({ name: value, type: 'f32' });
      outputs.push(own);
      return own;
    };
    // The outputs have the order of the inputs.
    const carried = renamed(values.carried, (key) => result(key, results.carried[key]));
    const each = renamed(results.each, (key) => result(key, results.each[key]));
    const attributes = { num_scan_inputs: Object.keys(values.each).length };
    this.nodeList.push({ type: 'Scan', inputs, outputs, attributes, body });
    return { carried, each };
  }

  /** Returns unused names for the outputs of the next node. */
  #names(type: string, outputs: number): string[] {
    return Array.from({ length: outputs }, (_, i) => `${this.prefix}${type}_${this.nodeList.length}_${i}`);
  }

  /** Makes a value an output through its own node, because an ONNX output must not be an input or appear twice. */
  output(name: string, value: OnnxValue, type: ElementType, shape?: readonly Dim[]): void {
    this.nodeList.push({ type: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    this.outputs.push({ name, type, ...(shape ? { shape } : {}) });
  }

  scalar(value: number): OnnxValue {
    return this.floats([value], []);
  }

  floats(values: readonly number[], shape: readonly number[]): OnnxValue {
    return this.#constant('f32', shape, Float32Array.from(values));
  }

  ints(...values: number[]): OnnxValue {
    return this.#constant('i64', [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  shape(dims: readonly Dim[]): OnnxValue {
    const symbolic = dims.filter((dim) => typeof dim === 'string').length;
    return symbolic > 1
      ? this.dims(dims)
      : this.ints(...dims.map((dim) => (typeof dim === 'string' ? -1 : dim)));
  }

  dims(dims: readonly Dim[]): OnnxValue {
    const fixed = dims.filter((dim) => typeof dim === 'number');
    return fixed.length === dims.length ? this.ints(...fixed) : this.host({ kind: 'shape', shape: dims });
  }

  abstract host(value: HostValue): OnnxValue;

  #constant(type: 'f32' | 'i64', shape: readonly number[], data: Float32Array | BigInt64Array): OnnxValue {
    return this.once(`${type} ${shape.join(' ')} ${data.join(' ')}`, () => {
      const name = `constant_${this.constants.length}`;
      this.constants.push({ name, type, shape, data });
      return [name];
    })[0] as OnnxValue;
  }

  /** Returns the result of `make` for this key, and calls it only the first time. */
  protected once(key: string, make: () => readonly OnnxValue[]): readonly OnnxValue[] {
    let names = this.#known.get(key);
    if (!names) {
      names = make();
      this.#known.set(key, names);
    }
    return names;
  }
}

/** Collects the nodes of a scan. What does not depend on a run belongs to the graph around it. */
class BodyEmitter extends Emitter {
  readonly groups: number;
  protected override readonly prefix: string;
  readonly #outer: Emitter;

  constructor(outer: Emitter, name: string) {
    super();
    this.groups = outer.groups;
    this.prefix = `${name}_`;
    this.#outer = outer;
  }

  /** Adds a value that each run gets. */
  input(key: string): OnnxValue {
    const name = `${this.prefix}input_${key}`;
    this.inputs.push({ name, type: 'f32' });
    return name;
  }

  override floats(values: readonly number[], shape: readonly number[]): OnnxValue {
    return this.#outer.floats(values, shape);
  }

  override ints(...values: number[]): OnnxValue {
    return this.#outer.ints(...values);
  }

  host(value: HostValue): OnnxValue {
    return this.#outer.host(value);
  }
}

/** Returns an object with the same keys. */
function renamed<Key extends string>(
  values: Readonly<Record<Key, OnnxValue>>,
  rename: (key: Key) => OnnxValue,
): Record<Key, OnnxValue> {
  const entries = (Object.keys(values) as Key[]).map((key) => [key, rename(key)]);
  return Object.fromEntries(entries) as Record<Key, OnnxValue>;
}
