import type { Dim, HostValue, OnnxAttribute, OnnxEmitter, OnnxValue } from '@scalearn/core/graph';
import type { ElementType, ModelConstant, ModelInput, ModelNode, ModelOutput } from './model.ts';

/** Collects an ONNX graph. Equal nodes and constants are written once, so gradients share forward work. */
export abstract class Emitter implements OnnxEmitter {
  abstract readonly groups: number;
  readonly nodeList: ModelNode[] = [];
  readonly inputs: ModelInput[] = [];
  readonly outputs: ModelOutput[] = [];
  readonly constants: ModelConstant[] = [];
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
      const names = Array.from({ length: outputs }, (_, i) => `${type}_${this.nodeList.length}_${i}`);
      this.nodeList.push({ type, inputs, outputs: names, attributes });
      return names;
    });
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
