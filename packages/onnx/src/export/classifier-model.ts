import type { DeviceTensor } from '@scalearn/core';
import {
  type Graph,
  graphInputs,
  type Node,
  type OnnxValue,
  type Tensor,
  topologicalOrder,
} from '@scalearn/core/graph';
import { encodeModel, type ModelGraph } from '../model.ts';
import { writeGraph } from '../write-graph.ts';
import type { ExportDtype } from './dtypes.ts';
import { OnnxExportError } from './errors.ts';
import { PaddedEmitter } from './padded-emitter.ts';
import { q4, q8 } from './quantized-formats.ts';
import { atTokens, boundaries, type PaddedInput, positionsFrom } from './ragged.ts';
import { selectModel } from './select-model.ts';
import { readVariables, StoredLeaves, storagesOf } from './stored-leaves.ts';
import { f16, f32, type WeightFormat } from './weight-format.ts';

const formats: Readonly<Record<ExportDtype, WeightFormat>> = { f32, f16, q8, q4 };

/** Limit for the bytes of weights: the limit of protocol buffers, minus a reserve for everything else. */
const largestModel = 2 ** 31 - 2 ** 24;

/** How a classifier's graph is written. */
export interface ClassifierOptions {
  /** The encoder's position of the first token. */
  readonly firstPosition: number;
  readonly dtype: ExportDtype;
  /** Number by which the logits are divided. Default: they are not. */
  readonly temperature?: number | undefined;
}

/**
 * Converts a classifier's graph to an ONNX model. Like models exported by transformers, it takes padded batches, int64
 * `[batch, sequence]`, and returns `logits` `[batch, columns]`. It selects the tokens of the batch first. The rest is
 * the unchanged ragged graph, which computes nothing for padding.
 *
 * @param graph a graph whose only output is `logits`, with the inputs of an encoder
 */
export async function classifierModel(graph: Graph, options: ClassifierOptions): Promise<Uint8Array> {
  const order = topologicalOrder(graph);
  const emitted = emitClassifier(graph, order, await readVariables(order), options);
  return encodeChecked(emitted, options.dtype);
}

/**
 * Converts the graphs of several classifiers on one encoder to one ONNX model, see {@link selectModel}. Weights that
 * not all of them have are stored as f32.
 *
 * @param graphs by the names of the models
 */
export async function selectedModel(
  graphs: ReadonlyMap<string, { readonly graph: Graph; readonly temperature: number | undefined }>,
  { firstPosition, dtype }: Omit<ClassifierOptions, 'temperature'>,
): Promise<Uint8Array> {
  const orders = [...graphs.values()].map(({ graph }) => topologicalOrder(graph));
  const storages = orders.map((order) => new Set(storagesOf(order)));
  const isShared = (storage: DeviceTensor): boolean => storages.every((own) => own.has(storage));
  const values = new Map<DeviceTensor, Float32Array>();
  const emitted = new Map<string, ModelGraph>();
  const isCalibrated = [...graphs.values()].some(({ temperature = 1 }) => temperature !== 1);
  for (const [i, [name, { graph, temperature = 1 }]] of [...graphs].entries()) {
    const order = orders[i] as readonly Node[];
    await readVariables(order, values);
    const options = { firstPosition, dtype, temperature: isCalibrated ? temperature : undefined };
    emitted.set(name, emitClassifier(graph, order, values, options, isShared));
  }
  return encodeChecked(selectModel(emitted), dtype);
}

/** Writes the nodes of a classifier's graph. @param isShared whether a weight may be stored in another type than f32 */
function emitClassifier(
  graph: Graph,
  order: readonly Node[],
  values: ReadonlyMap<DeviceTensor, Float32Array>,
  { firstPosition, dtype, temperature }: ClassifierOptions,
  isShared: (storage: DeviceTensor) => boolean = () => true,
): ModelGraph {
  const emit = new PaddedEmitter(formats[dtype]);
  const fed: Readonly<Record<string, () => OnnxValue>> = {
    inputIds: () => atTokens(emit, 'input_ids'),
    tokenTypeIds: () => atTokens(emit, 'token_type_ids'),
    positionIds: () => positionsFrom(emit, firstPosition),
    cuSeqlens: () => boundaries(emit),
  };
  const inputs = graphInputs(order);
  const unknown = [...inputs.keys()].find((name) => !Object.hasOwn(fed, name));
  if (unknown !== undefined)
    throw new OnnxExportError(
      `the graph has the input '${unknown}', which cannot come from texts; ${Object.keys(fed).join(', ')} can`,
    );
  const names: PaddedInput[] = ['input_ids', 'attention_mask'];
  if (inputs.has('tokenTypeIds')) names.push('token_type_ids');
  for (const name of names) emit.inputs.push({ name, type: 'i64', shape: ['batch', 'sequence'] });

  const leaves = new StoredLeaves(emit, values, isShared, (name) => (fed[name] as () => OnnxValue)());
  const nameOf = writeGraph(order, emit, leaves);
  const logits = graph.outputs.logits as Tensor;
  const name = nameOf(logits);
  const scaled = temperature === undefined ? name : emit.node('Div', [name, storedScalar(emit, temperature)]);
  emit.output('logits', scaled, 'f32', ['batch', logits.shape[1] as number]);
  return emit;
}

/** Stores a number under its own name: another constant of the same value would be shared in some models only. */
const storedScalar = (emit: PaddedEmitter, value: number): OnnxValue =>
  emit.store('temperature', () => ({ type: 'f32', shape: [], data: Float32Array.of(value) }));

function encodeChecked(graph: ModelGraph, dtype: ExportDtype): Uint8Array {
  checkSize(
    graph.constants.reduce((sum, { data }) => sum + data.byteLength, 0),
    dtype,
  );
  return encodeModel(graph);
}

/** Checks the size of the weights. @throws OnnxExportError for more bytes than one file can hold */
export function checkSize(bytes: number, dtype: ExportDtype): void {
  if (bytes <= largestModel) return;
  const size = `the weights take ${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new OnnxExportError(
    `${size}, and one ONNX file holds 2 GiB at most; ${dtype === 'f32' ? 'export them as f16, q8 or q4' : 'choose a smaller encoder'}`,
  );
}
