import { ArgumentError, type Encoder, type ModelSnapshot, type NamedTensor } from '@scalearn/core';
import { fullFinetuning } from './full-finetuning.ts';

/**
 * Merges a model into the weights of its encoder, which then needs no method: the result is a fine-tuned encoder with
 * its head. Equal to the model up to rounding.
 *
 * @throws ArgumentError for a method that is not a change of weights, such as a bottleneck adapter
 */
export async function mergeIntoEncoder(snapshot: ModelSnapshot, encoder: Encoder): Promise<ModelSnapshot> {
  const { method, ...call } = snapshot;
  if (!method.fold)
    throw new ArgumentError(
      `a ${method.name} model is not a change of the encoder's weights, so it cannot be merged into them; LoRAs can, and ScaLearn models of LoRAs`,
    );
  const weights = new Map<string, NamedTensor>();
  for (const { shape, parts = [], init } of await encoder.parameters()) {
    const values = 'values' in init ? init.values : new Float32Array();
    const [rows = 1, ...rest] = shape;
    const size = values.length / parts.length;
    for (const [i, part] of parts.entries()) {
      const own = [rows / parts.length, ...rest];
      weights.set(part, { shape: own, data: values.slice(i * size, (i + 1) * size) });
    }
  }
  // A LoRA may adapt its head, and leave parts of it as the encoder's checkpoint has them.
  const ofHead = new Map(encoder.headWeights ?? []);
  for (const { tensors } of call.heads.values()) for (const [key, tensor] of tensors) ofHead.set(key, tensor);
  const folded = method.fold(call, new Map([...weights, ...ofHead]));
  const heads = [...call.heads].map(
    ([task, head]) =>
      [task, { ...head, tensors: new Map([...folded].filter(([key]) => ofHead.has(key))) }] as const,
  );
  return {
    ...snapshot,
    ...{ method: fullFinetuning(), heads: new Map(heads) },
    tensors: new Map([...folded].filter(([key]) => !ofHead.has(key))),
    ...(encoder.hubConfig ? { encoderConfig: encoder.hubConfig } : {}),
  };
}
