import { type Graph, graphInputs, type OnnxValue, type Tensor, topologicalOrder } from '@scalearn/core/graph';
import { encodeModel } from '../model.ts';
import { writeGraph } from '../write-graph.ts';
import type { ExportDtype } from './dtypes.ts';
import { OnnxExportError } from './errors.ts';
import { PaddedEmitter } from './padded-emitter.ts';
import { q4, q8 } from './quantized-formats.ts';
import { atTokens, boundaries, type PaddedInput, positionsFrom } from './ragged.ts';
import { readVariables, StoredLeaves } from './stored-leaves.ts';
import { f16, f32, type WeightFormat } from './weight-format.ts';

const formats: Readonly<Record<ExportDtype, WeightFormat>> = { f32, f16, q8, q4 };

/** Limit for the bytes of weights: the limit of protocol buffers, minus a reserve for everything else. */
const largestModel = 2 ** 31 - 2 ** 24;

/** How a classifier's graph is written. */
export interface ClassifierOptions {
  /** The encoder's position of the first token. */
  readonly firstPosition: number;
  readonly dtype: ExportDtype;
  /** Number by which the logits are divided. Default 1. */
  readonly temperature?: number | undefined;
}

/**
 * Converts a classifier's graph to an ONNX model. Like models exported by transformers, it takes padded batches, int64
 * `[batch, sequence]`, and returns `logits` `[batch, columns]`. It selects the tokens of the batch first. The rest is
 * the unchanged ragged graph, which computes nothing for padding.
 *
 * @param graph a graph whose only output is `logits`, with the inputs of an encoder
 */
export async function classifierModel(
  graph: Graph,
  { firstPosition, dtype, temperature = 1 }: ClassifierOptions,
): Promise<Uint8Array> {
  const order = topologicalOrder(graph);
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

  const values = await readVariables(order);
  const leaves = new StoredLeaves(emit, values, (name) => (fed[name] as () => OnnxValue)());
  const nameOf = writeGraph(order, emit, leaves);
  const logits = graph.outputs.logits as Tensor;
  const name = nameOf(logits);
  const scaled = temperature === 1 ? name : emit.node('Div', [name, emit.scalar(temperature)]);
  emit.output('logits', scaled, 'f32', ['batch', logits.shape[1] as number]);
  checkSize(
    emit.constants.reduce((sum, { data }) => sum + data.byteLength, 0),
    dtype,
  );
  return encodeModel(emit);
}

/** Checks the size of the weights. @throws OnnxExportError for more bytes than one file can hold */
export function checkSize(bytes: number, dtype: ExportDtype): void {
  if (bytes <= largestModel) return;
  const size = `the weights take ${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new OnnxExportError(
    `${size}, and one ONNX file holds 2 GiB at most; ${dtype === 'f32' ? 'export them as f16, q8 or q4' : 'choose a smaller encoder'}`,
  );
}
