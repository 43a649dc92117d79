import type { Dim, HostValue, OnnxAttribute, OnnxEmitter, OnnxValue } from '@scalearn/core';
import type { ElementType, ModelConstant, ModelInput, ModelNode } from './model.ts';

/** A graph input that the device computes for each run. */
export interface HostInput {
  readonly name: string;
  readonly value: HostValue;
}

const hostTypes: Record<HostValue['kind'], ElementType> = {
  dim: 'f32',
  shape: 'i64',
  padRows: 'i32',
  unpadRows: 'i32',
  paddingBias: 'f32',
  paddingValid: 'f32',
  dropoutMask: 'f32',
  attentionMask: 'f32',
};

function hostShape(value: HostValue): readonly Dim[] {
  if (value.kind === 'dim') return [];
  if (value.kind === 'shape') return [value.shape.length];
  if (value.kind === 'dropoutMask') return value.shape;
  if (value.kind === 'unpadRows') return ['tokens', value.parts * value.heads];
  const [B, S] = [`sequences ${value.group}`, `longest ${value.group}`];
  switch (value.kind) {
    case 'padRows':
      return [B, value.heads, S];
    case 'paddingBias':
      return [B, 1, 1, S];
    case 'paddingValid':
      return [B, 1, S, 1];
    case 'attentionMask':
      return [B, value.heads, S, S];
  }
}

/** Collects an ONNX graph. Equal nodes, constants and host inputs are written once, so gradients share forward work. */
export class Emitter implements OnnxEmitter {
  readonly nodeList: ModelNode[] = [];
  readonly inputs: ModelInput[] = [];
  readonly constants: ModelConstant[] = [];
  readonly hostInputs: HostInput[] = [];
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
    return this.#once(JSON.stringify([type, inputs, attributes]), () => {
      const names = Array.from({ length: outputs }, (_, i) => `${type}_${this.nodeList.length}_${i}`);
      this.nodeList.push({ type, inputs, outputs: names, attributes });
      return names;
    });
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

  host(value: HostValue): OnnxValue {
    return this.#once(`host ${JSON.stringify(value)}`, () => {
      const name = `${value.kind}_${this.hostInputs.length}`;
      this.hostInputs.push({ name, value });
      this.inputs.push({ name, type: hostTypes[value.kind], shape: hostShape(value) });
      return [name];
    })[0] as OnnxValue;
  }

  #constant(type: 'f32' | 'i64', shape: readonly number[], data: Float32Array | BigInt64Array): OnnxValue {
    return this.#once(`${type} ${shape.join(' ')} ${data.join(' ')}`, () => {
      const name = `constant_${this.constants.length}`;
      this.constants.push({ name, type, shape, data });
      return [name];
    })[0] as OnnxValue;
  }

  #once(key: string, make: () => readonly OnnxValue[]): readonly OnnxValue[] {
    let names = this.#known.get(key);
    if (!names) {
      names = make();
      this.#known.set(key, names);
    }
    return names;
  }
}
