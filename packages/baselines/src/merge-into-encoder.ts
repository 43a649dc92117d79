import { ArgumentError, type Encoder, type ModelSnapshot, type NamedTensor } from '@scalearn/core';
import { createHead } from '@scalearn/core/methods';
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
  const heads = [...call.heads].map(([task, head]) => {
    // Parts that the method left as they are in the encoder's checkpoint belong to the head now.
    const names = createHead(head.options)
      .parameters(encoder.architecture)
      .map(({ name }) => name);
    const tensors = new Map(head.tensors);
    for (const name of names) {
      const kept = tensors.has(name) ? undefined : encoder.headWeights?.get(name);
      if (kept) tensors.set(name, kept);
    }
    return [task, { ...head, tensors }] as const;
  });
  // A LoRA may adapt its head too.
  const ofHeads = new Map(heads.flatMap(([, { tensors }]) => [...tensors]));
  const folded = method.fold(call, new Map([...weights, ...ofHeads]));
  const parts = (isOwn: (key: string) => boolean): Map<string, NamedTensor> =>
    new Map([...folded].filter(([key]) => isOwn(key)));
  return {
    ...snapshot,
    ...{ method: fullFinetuning(), tensors: parts((key) => !ofHeads.has(key)) },
    heads: new Map(
      heads.map(([task, head]) => [task, { ...head, tensors: parts((key) => head.tensors.has(key)) }]),
    ),
    ...(encoder.hubConfig ? { encoderConfig: encoder.hubConfig } : {}),
  };
}
