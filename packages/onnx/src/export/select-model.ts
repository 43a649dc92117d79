import type { Dim, OnnxAttribute, OnnxValue } from '@scalearn/core/graph';
import type { ModelConstant, ModelGraph, ModelNode, ModelOutput } from '../model.ts';
import { OnnxExportError } from './errors.ts';

/** Name of the input that selects a model, int64 `[1]`. */
export const modelInput = 'model';

/**
 * Makes one graph of several that differ in their constants only. A constant that all have is stored once. Of any other,
 * the values of all graphs are stored, and the input `model` selects those of one. Their shapes may differ, so heads
 * of different sizes need no padding.
 *
 * @param graphs by name, in the order of `model`; at least one
 * @throws OnnxExportError for graphs with different operations
 */
export function selectModel(graphs: ReadonlyMap<string, ModelGraph>): ModelGraph {
  const [[firstName, first], ...others] = [...graphs] as [[string, ModelGraph], ...[string, ModelGraph][]];
  for (const [name, graph] of others)
    if (!hasSameNodes(first, graph))
      throw new OnnxExportError(
        `${firstName} and ${name} compute differently, so one file cannot hold both; export models of the same method together, and the others alone`,
      );
  const all = [...graphs.values()];
  const nodes: ModelNode[] = [];
  const constants: ModelConstant[] = [];
  for (const [i, constant] of first.constants.entries()) {
    const variants = all.map((graph) => graph.constants[i] as ModelConstant);
    if (variants.every((variant) => isSame(variant, constant))) constants.push(constant);
    else new Selection(nodes, constants, constant.name).add(variants);
  }
  return {
    nodeList: [...nodes, ...first.nodeList],
    inputs: [...first.inputs, { name: modelInput, type: 'i64', shape: [1] }],
    outputs: first.outputs.map((_, i) => commonShape(all.map(({ outputs }) => outputs[i] as ModelOutput))),
    constants,
  };
}

/** Returns whether two graphs have the same nodes, and constants of the same names, types and ranks. */
function hasSameNodes(a: ModelGraph, b: ModelGraph): boolean {
  const form = ({ nodeList, inputs, constants }: ModelGraph): string =>
    JSON.stringify([nodeList, inputs, constants.map(({ name, type, shape }) => [name, type, shape.length])]);
  return form(a) === form(b);
}

function isSame(a: ModelConstant, b: ModelConstant): boolean {
  if (a.data === b.data) return true;
  if (String(a.shape) !== String(b.shape) || a.data.length !== b.data.length) return false;
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
}

/** A dimension in which the outputs differ becomes symbolic. */
function commonShape(outputs: readonly ModelOutput[]): ModelOutput {
  const [first] = outputs as [ModelOutput];
  const shape = first.shape?.map((dim, axis): Dim => {
    const differs = outputs.some((output) => output.shape?.[axis] !== dim);
    return differs ? `${first.name}_${axis}` : dim;
  });
  return { ...first, ...(shape ? { shape } : {}) };
}

/** Writes the values of all models for a constant, and the nodes that select those of one. */
class Selection {
  readonly #nodes: ModelNode[];
  readonly #constants: ModelConstant[];
  readonly #name: string;

  /** @param name name of the selected value, and the beginning of all other names */
  constructor(nodes: ModelNode[], constants: ModelConstant[], name: string) {
    this.#nodes = nodes;
    this.#constants = constants;
    this.#name = name;
  }

  add(variants: readonly ModelConstant[]): void {
    const [{ type, shape }] = variants as [ModelConstant];
    const sizes = variants.map(({ data }) => data.length);
    const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0));
    const values = this.#store('values', type, [ends.at(-1) as number], joined(variants));
    const starts = this.#ints(
      'starts',
      ends.map((end, i) => end - (sizes[i] as number)),
    );
    const from = this.#node('Gather', 'start', [starts, modelInput], { axis: 0 });
    const to = this.#node('Gather', 'end', [this.#ints('ends', ends), modelInput], { axis: 0 });
    const own = this.#node('Slice', 'own', [values, from, to]);
    const shapes = variants.flatMap((variant) => variant.shape);
    const table = this.#store('shapes', 'i64', [variants.length, shape.length], bigints(shapes));
    const row = this.#node('Gather', 'row', [table, modelInput], { axis: 0 });
    const dims = this.#node('Squeeze', 'shape', [row, this.#ints('axis', [0])]);
    this.#nodes.push({ type: 'Reshape', inputs: [own, dims], outputs: [this.#name], attributes: {} });
  }

  #node(
    type: string,
    part: string,
    inputs: readonly OnnxValue[],
    attributes: Record<string, OnnxAttribute> = {},
  ): OnnxValue {
    const name = `${this.#name} ${part}`;
    this.#nodes.push({ type, inputs, outputs: [name], attributes });
    return name;
  }

  #ints(part: string, values: readonly number[]): OnnxValue {
    return this.#store(part, 'i64', [values.length], bigints(values));
  }

  #store(
    part: string,
    type: ModelConstant['type'],
    shape: readonly number[],
    data: ModelConstant['data'],
  ): OnnxValue {
    const name = `${this.#name} ${part}`;
    this.#constants.push({ name, type, shape, data });
    return name;
  }
}

const bigints = (values: readonly number[]): BigInt64Array => BigInt64Array.from(values.map(BigInt));

/** Joins the bytes of several constants of one type. */
function joined(constants: readonly ModelConstant[]): Uint8Array {
  const bytes = constants.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const all = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
