import { type DeviceTensor, type HostArray, ReferenceDevice } from '@scalearn/core';
import { gradients, RandomStream } from '@scalearn/core/graph';
import { parseEncoderConfig } from '@scalearn/encoders';
import { describe, expect, test } from 'vitest';
import { type MaskedBatch, maskingVocabulary, maskTokens } from '../src/index.ts';
import { encodings, loadTinyTokenizer, tinyConfig, tinyModel } from './tiny.ts';

const vocabulary = maskingVocabulary(await loadTinyTokenizer(), tinyConfig);
const batch: MaskedBatch = maskTokens(await encodings(5), vocabulary, new RandomStream(0, 'mask'), 0.3);

/** Φ by Simpson's rule. */
function normalDistribution(x: number): number {
  const pieces = 400;
  let sum = 0;
  for (let i = 0; i <= pieces; i++) {
    const at = (x * i) / pieces;
    sum += (i === 0 || i === pieces ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp((-at * at) / 2);
  }
  return 0.5 + (sum * x) / pieces / 3 / Math.sqrt(2 * Math.PI);
}

describe('the head', () => {
  const roberta = parseEncoderConfig({
    model_type: 'roberta',
    vocab_size: 160,
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 12,
    max_position_embeddings: 20,
    type_vocab_size: 1,
    pad_token_id: 1,
    hidden_act: 'relu',
  });

  test.each([
    ['BERT with gelu', tinyConfig, 'cls.predictions.transform', 'LayerNorm', 'cls.predictions.bias'],
    [
      'BERT with relu',
      { ...tinyConfig, activation: 'relu' },
      'cls.predictions.transform',
      'LayerNorm',
      'cls.predictions.bias',
    ],
    ['RoBERTa, whose head has gelu', roberta, 'lm_head', 'layer_norm', 'lm_head.bias'],
  ])('of %s', async (_, config, prefix, normName, biasName) => {
    const device = new ReferenceDevice('float64');
    const model = tinyModel(device, config);
    const { logits, loss, hiddenStates } = model.build();
    const hidden = hiddenStates.at(-1) as typeof logits;
    const program = await device.compile({ outputs: { logits, loss, hidden } });
    const result = await program.run(model.feeds(batch));

    const parameters = await model.parameters.read();
    const value = (name: string): Float32Array => parameters.get(name)?.data as Float32Array;
    const isRelu = config.activation === 'relu' && config.modelType === 'bert';
    const d = config.hiddenSize;
    const [dense, denseBias] = [value(`${prefix}.dense.weight`), value(`${prefix}.dense.bias`)];
    const [scale, shift] = [value(`${prefix}.${normName}.weight`), value(`${prefix}.${normName}.bias`)];
    const words = value(
      `${config.modelType === 'bert' ? 'bert' : 'roberta'}.embeddings.word_embeddings.weight`,
    );
    const bias = value(biasName);
    let expectedLoss = 0;
    for (const [row, position] of batch.positions.entries()) {
      const h = (result.hidden as HostArray).slice(position * d, (position + 1) * d);
      const x = Array.from({ length: d }, (_, o) => {
        let sum = denseBias[o] as number;
        for (let i = 0; i < d; i++) sum += (dense[o * d + i] as number) * (h[i] as number);
        return isRelu ? Math.max(0, sum) : sum * normalDistribution(sum);
      });
      const mean = x.reduce((a, b) => a + b, 0) / d;
      const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / d;
      const normed = x.map(
        (v, i) =>
          ((v - mean) / Math.sqrt(variance + config.layerNormEpsilon)) * (scale[i] as number) +
          (shift[i] as number),
      );
      const scores = Array.from({ length: config.vocabSize }, (_, id) =>
        normed.reduce((sum, v, i) => sum + v * (words[id * d + i] as number), bias[id] as number),
      );
      for (const [id, score] of scores.entries())
        expect((result.logits as HostArray)[row * config.vocabSize + id]).toBeCloseTo(score, 5);
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      expectedLoss += Math.log(total) - (scores[batch.labels[row] as number] as number);
    }
    expect((result.loss as HostArray)[0]).toBeCloseTo(expectedLoss / batch.labels.length, 5);
  });
});

test('gradients of every parameter agree with central differences', async () => {
  const device = new ReferenceDevice('float64');
  const model = tinyModel(device);
  const { groups } = model.parameters;
  const specs = groups.flatMap((group) => group.specs);
  const { loss } = model.build();
  const slopes = gradients(
    loss,
    specs.map((spec) => model.parameters.tensor(spec.name)),
  );
  const outputs = Object.fromEntries(specs.map((spec, i) => [spec.name, slopes[i] as (typeof slopes)[0]]));
  const forward = await device.compile({ outputs: { loss } });
  const feeds = model.feeds(batch);
  const exact = await (await device.compile({ outputs })).run(feeds);
  const lossWith = async (tensor: DeviceTensor, values: Float64Array): Promise<number> => {
    tensor.write(values);
    return ((await forward.run(feeds)).loss as HostArray)[0] as number;
  };
  for (const { values: tensor, specs: members, offsets } of groups)
    for (const [i, { name }] of members.entries()) {
      const gradient = exact[name] as Float64Array;
      const largest = gradient.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(largest, name).toBeGreaterThan(1e-6);
      const places = [gradient.findIndex((g) => Math.abs(g) === largest), 0, gradient.length >> 1];
      for (const place of places) {
        const before = Float64Array.from(await tensor.read());
        const moved = (by: number): Float64Array =>
          before.map((v, k) => (k === (offsets[i] as number) + place ? v + by : v));
        const h = 1e-5;
        const rise = (await lossWith(tensor, moved(h))) - (await lossWith(tensor, moved(-h)));
        tensor.write(before);
        const difference = Math.abs(rise / (2 * h) - (gradient[place] as number));
        expect(difference / largest, `${name}[${place}]`).toBeLessThan(1e-5);
      }
    }
});

describe('a vocabulary', () => {
  const tokens = new Map([
    ['[MASK]', 4],
    ['[CLS]', 2],
  ]);
  const tokenizer = { idOf: (token: string) => tokens.get(token), vocabularySize: 12 };

  test('knows the special tokens that there are', () => {
    expect(maskingVocabulary(tokenizer, tinyConfig)).toEqual({
      size: 12,
      maskId: 4,
      specialIds: new Set([4, 2]),
    });
  });
  test('needs a mask token', () => {
    expect(() => maskingVocabulary({ ...tokenizer, idOf: () => undefined }, tinyConfig)).toThrow(
      'no token [MASK]',
    );
  });
  test('must not be larger than the table of embeddings', () => {
    expect(() => maskingVocabulary({ ...tokenizer, vocabularySize: 161 }, tinyConfig)).toThrow(
      '161 tokens, the encoder only 160',
    );
  });
});
