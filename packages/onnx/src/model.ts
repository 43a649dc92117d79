import type { Dim, OnnxAttribute } from '@scalearn/core/graph';
import { bytes, encode, float, integer, type Message, message, string } from './protobuf.ts';

/** Numbers of element types in onnx.proto. */
export const elementTypes = { f32: 1, u8: 2, i8: 3, i16: 5, i32: 6, i64: 7, bool: 9, f16: 10 } as const;
export type ElementType = keyof typeof elementTypes;

export interface ModelNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** The nodes that a scan runs. */
  readonly body?: ModelGraph;
}

/** A graph that can be encoded. */
export interface ModelGraph {
  readonly nodeList: readonly ModelNode[];
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
  readonly constants: readonly ModelConstant[];
}

export interface ModelInput {
  readonly name: string;
  readonly type: ElementType;
  /** Absent in a body, whose inputs have shapes that ONNX Runtime derives. */
  readonly shape?: readonly Dim[];
}

export interface ModelConstant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** The values; f16 values are bit patterns. */
  readonly data: Float32Array | Uint8Array | Int8Array | Uint16Array | BigInt64Array;
}

export interface ModelOutput {
  readonly name: string;
  readonly type: ElementType;
  readonly shape?: readonly Dim[];
}

/** Operators of ONNX Runtime's own domain that are used in addition to standard operators. */
const contributed = new Set(['FusedMatMul', 'MatMulIntegerToFloat', 'MatMulNBits']);

function attribute(name: string, value: OnnxAttribute): Message {
  if (typeof value === 'number') return message(5, string(1, name), integer(3, value), integer(20, 2));
  if (typeof value === 'string') return message(5, string(1, name), string(4, value), integer(20, 3));
  if ('float' in value) return message(5, string(1, name), float(2, value.float), integer(20, 1));
  return message(5, string(1, name), ...value.map((v) => integer(8, v)), integer(20, 7));
}

function node({ type, inputs, outputs, attributes, body }: ModelNode): Message {
  return message(
    1,
    ...inputs.map((name) => string(1, name)),
    ...outputs.map((name) => string(2, name)),
    string(4, type),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    ...(body ? [message(5, string(1, 'body'), graph(6, body), integer(20, 5))] : []),
    ...(contributed.has(type) ? [string(7, 'com.microsoft')] : []),
  );
}

function valueInfo(field: number, name: string, type: ElementType, shape?: readonly Dim[]): Message {
  const dims = shape?.map((dim) => message(1, typeof dim === 'number' ? integer(1, dim) : string(2, dim)));
  const tensor = message(1, integer(1, elementTypes[type]), ...(dims ? [message(2, ...dims)] : []));
  return message(field, string(1, name), message(2, tensor));
}

function constant({ name, type, shape, data }: ModelConstant): Message {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(
    5,
    ...shape.map((dim) => integer(1, dim)),
    integer(2, elementTypes[type]),
    string(8, name),
    bytes(9, raw),
  );
}

function graph(field: number, { nodeList, inputs, outputs, constants }: ModelGraph): Message {
  return message(
    field,
    ...nodeList.map(node),
    string(2, 'scalearn'),
    ...constants.map(constant),
    ...inputs.map(({ name, type, shape }) => valueInfo(11, name, type, shape)),
    ...outputs.map(({ name, type, shape }) => valueInfo(12, name, type, shape)),
  );
}

const usesContributed = ({ nodeList }: ModelGraph): boolean =>
  nodeList.some(({ type, body }) => contributed.has(type) || (body !== undefined && usesContributed(body)));

/** Encodes an ONNX model file with opset 18 and, if used, ONNX Runtime's own operators. */
export function encodeModel(model: ModelGraph): Uint8Array {
  return encode(
    integer(1, 9),
    string(2, 'scalearn'),
    graph(7, model),
    message(8, string(1, ''), integer(2, 18)),
    ...(usesContributed(model) ? [message(8, string(1, 'com.microsoft'), integer(2, 1))] : []),
  );
}
