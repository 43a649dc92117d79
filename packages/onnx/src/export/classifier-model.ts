import { type Graph, graphInputs, type OnnxValue, type Tensor, topologicalOrder } from '@scalearn/core/graph';
import { encodeModel } from '../model.ts';
import { writeGraph } from '../write-graph.ts';
import { OnnxExportError } from './errors.ts';
import { PaddedEmitter } from './padded-emitter.ts';
import { atTokens, boundaries, type PaddedInput, positionsFrom } from './ragged.ts';
import { type ExportDtype, readVariables, StoredLeaves } from './stored-leaves.ts';

/** What protocol buffers hold, less some room for what is not weights. */
const largestModel = 2 ** 31 - 2 ** 24;

/**
 * A classifier's graph as an ONNX model that takes padded batches, int64 `[batch, sequence]`, as transformers exports
 * them, and gives `logits` `[batch, columns]`. The tokens are picked out of the batch at the start: the rest is the ragged
 * graph as it is, and computes nothing for padding.
 *
 * @param graph its only output is `logits`; what it is fed is an encoder's
 * @param firstPosition where the encoder begins to count positions
 */
export async function classifierModel(
  graph: Graph,
  { firstPosition, dtype }: { readonly firstPosition: number; readonly dtype: ExportDtype },
): Promise<Uint8Array> {
  const order = topologicalOrder(graph);
  const emit = new PaddedEmitter();
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
      `the model's graph is fed '${unknown}', which follows from no text; ${Object.keys(fed).join(', ')} do`,
    );
  const names: PaddedInput[] = ['input_ids', 'attention_mask'];
  if (inputs.has('tokenTypeIds')) names.push('token_type_ids');
  for (const name of names) emit.inputs.push({ name, type: 'i64', shape: ['batch', 'sequence'] });

  const values = await readVariables(order);
  const leaves = new StoredLeaves(emit, values, dtype, (name) => (fed[name] as () => OnnxValue)());
  const nameOf = writeGraph(order, emit, leaves);
  const logits = graph.outputs.logits as Tensor;
  emit.output('logits', nameOf(logits), 'f32', ['batch', logits.shape[1] as number]);
  checkSize(
    emit.constants.reduce((sum, { data }) => sum + data.byteLength, 0),
    dtype,
  );
  return encodeModel(emit);
}

/** @throws OnnxExportError for more bytes than one file can hold */
export function checkSize(bytes: number, dtype: ExportDtype): void {
  if (bytes <= largestModel) return;
  const size = `the weights take ${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new OnnxExportError(
    `${size}, and one ONNX file holds 2 GiB at most; ${dtype === 'f32' ? 'export them as f16' : 'choose a smaller encoder'}`,
  );
}
