import { type Device, type HostArray, ReferenceDevice } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { optimizerFeeds, trainingGraph } from '@scalearn/core/methods';
import { parseEncoderConfig } from '@scalearn/encoders';
import { MaskedLanguageModel, maskTokens } from '@scalearn/pretrain';

const config = parseEncoderConfig({
  model_type: 'bert',
  vocab_size: 211,
  hidden_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 40,
  max_position_embeddings: 32,
  type_vocab_size: 2,
});
const vocabulary = { size: 211, maskId: 4, specialIds: new Set([0, 1, 2, 3, 4]) };

/** Returns logits, loss and gradient norm of three training steps. */
async function train(device: Device): Promise<Record<string, HostArray>> {
  using model = new MaskedLanguageModel({ device, config });
  const random = new RandomStream(0, 'texts');
  const texts = [5, 1, 12, 9].map((length) => ({
    inputIds: [2, ...Array.from({ length }, () => 5 + random.below(206)), 3],
    tokenTypeIds: Array.from({ length: length + 2 }, (_, i) => (i > 4 ? 1 : 0)),
  }));
  const feeds = model.feeds(maskTokens(texts, vocabulary, new RandomStream(0, 'mask'), 0.4));
  const graph = model.build();
  const { outputs, updates = [] } = trainingGraph(graph, model.parameters, { maxGradNorm: 1 });
  using program = await device.compile({ outputs: { ...outputs, logits: graph.logits }, updates });
  const results: Record<string, HostArray> = {};
  for (let step = 1; step <= 3; step++) {
    const result = await program.run({ ...feeds, ...optimizerFeeds(model.parameters, 1e-3, 0.01, step) });
    for (const [name, values] of Object.entries(result)) results[`${name} of step ${step}`] = values;
  }
  return results;
}

/** Returns the largest difference from the float64 reference over all results, relative to the largest magnitude. */
export async function maskedLMDifference(device: Device): Promise<number> {
  using reference = new ReferenceDevice('float64');
  const [expected, actual] = [await train(reference), await train(device)];
  const differences = Object.entries(expected).map(([name, values]) => {
    const wanted = Array.from(values);
    const found = Array.from(actual[name] as HostArray);
    const scale = Math.max(...wanted.map(Math.abs));
    return Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)))) / scale;
  });
  return Math.max(...differences);
}
