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
    const special = this.special(type, inputs, attributes);
    if (special !== undefined) return [special];
    const read = inputs.map((input) => this.read(input));
    return this.once(JSON.stringify([type, read, attributes]), () => {
      const name = `${this.prefix}${type}_${this.nodeList.length}`;
      const names = Array.from({ length: outputs }, (_, i) => `${name}_${i}`);
      this.nodeList.push({ type, inputs: read, outputs: names, attributes });
      return names;
    });
  }

  /** Writes other nodes in place of one, and returns their result; undefined, the default, writes the node itself. */
  protected special(
    _type: string,
    _inputs: readonly OnnxValue[],
    _attributes: Readonly<Record<string, OnnxAttribute>>,
  ): OnnxValue | undefined {
    return undefined;
  }

  /** Returns what a node reads for a value: by default the value. It differs for weights that are kept in another form. */
  read(value: OnnxValue): OnnxValue {
    return value;
  }

  scan<Carried extends string, Each extends string, Result extends string>(
    values: ScanValues<Carried, Each>,
    write: (values: ScanValues<Carried, Each>, emit: OnnxEmitter) => ScanValues<Carried, Result>,
  ): ScanValues<Carried, Result> {
    const body = new BodyEmitter(this, `${this.prefix}Scan_${this.nodeList.length}`);
    const results = write({ carried: body.take(values.carried), each: body.take(values.each) }, body);
    // Carried values have the same order before a run and after it.
    const carried = body.give(replaced(values.carried, (key) => results.carried[key]));
    const each = body.give(results.each);
    this.nodeList.push({
      type: 'Scan',
      inputs: [values.carried, values.each].flatMap((part) =>
        Object.values<OnnxValue>(part).map((value) => this.read(value)),
      ),
      outputs: [carried, each].flatMap((part) => Object.values<OnnxValue>(part)),
      attributes: { num_scan_inputs: Object.keys(values.each).length },
      body,
    });
    return { carried, each };
  }

  /** Makes a value an output through its own node, because an ONNX output must not be an input or appear twice. */
  output(name: string, value: OnnxValue, type: ElementType, shape?: readonly Dim[]): void {
    this.nodeList.push({ type: 'Identity', inputs: [this.read(value)], outputs: [name], attributes: {} });
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
  readonly #name: string;

  /** @param name beginning of the names of all values of the scan */
  constructor(outer: Emitter, name: string) {
    super();
    this.groups = outer.groups;
    this.prefix = `${name}_`;
    this.#outer = outer;
    this.#name = name;
  }

  /** Returns what a run reads in place of values of the graph around it. */
  take<Key extends string>(values: Readonly<Record<Key, OnnxValue>>): Readonly<Record<Key, OnnxValue>> {
    return replaced(values, () => {
      const name = `${this.#name} input ${this.inputs.length}`;
      this.inputs.push({ name, type: 'f32' });
      return name;
    });
  }

  /** Makes values outputs of a run. Returns what the graph around it reads. */
  give<Key extends string>(values: Readonly<Record<Key, OnnxValue>>): Readonly<Record<Key, OnnxValue>> {
    return replaced(values, (key) => {
      const name = `${this.#name} output ${this.outputs.length}`;
      this.output(`${name} of a run`, values[key], 'f32');
      return name;
    });
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

  override read(value: OnnxValue): OnnxValue {
    return this.#outer.read(value);
  }
}

/** Returns an object with the same keys, in the same order. */
function replaced<Key extends string>(
  values: Readonly<Record<Key, OnnxValue>>,
  replace: (key: Key) => OnnxValue,
): Record<Key, OnnxValue> {
  const result: Record<Key, OnnxValue> = { ...values };
  for (const key in values) result[key] = replace(key);
  return result;
}
