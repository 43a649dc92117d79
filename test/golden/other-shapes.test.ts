// The suite is driven by case files, so it must also run cases whose shapes are not recorded. Such cases are made here.
// The expected values are computed from the same weights without the suite's set-up.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adapter,
  bottleneck,
  type HostArray,
  type Method,
  type NamedTensor,
  ReferenceDevice,
  scalearn,
} from '@scalearn/core';
import { writeSafetensors } from '@scalearn/core/files';
import { gradients, RandomStream } from '@scalearn/core/graph';
import { adapterKeys, createHead, TrainableModel } from '@scalearn/core/methods';
import { createEncoder, encoderArchitecture, parseEncoderConfig } from '@scalearn/encoders';
import { afterAll, expect, test } from 'vitest';
import { ratios } from './differences.ts';
import { memoryReader, readCase } from './folder.ts';
import { runCase } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'scalearn-golden-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 36 / 5 is rounded up. As a reduction factor it gives a width of 4. */
const [hidden, width, layers, layersInFile] = [36, 5, 2, 4];
const config = {
  ...{ model_type: 'bert', vocab_size: 31, hidden_size: hidden, num_hidden_layers: layers },
  ...{ num_attention_heads: 3, intermediate_size: 50, max_position_embeddings: 12, type_vocab_size: 2 },
  ...{ hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
};
const adapters = ['mnli', 'cola', 'rte'];
const inputIds = [
  [2, 7, 30, 3],
  [2, 9, 3],
  [2, 5, 6, 7, 8, 3],
];
const tokenTypeIds = inputIds.map((row) => row.map((_, i) => Number(i > 2)));
const labels = [2, 0, 1];

function draw(name: string, shape: readonly number[]): NamedTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const mean = name.endsWith('LayerNorm.weight') ? 1 : 0;
  return { shape, data: new RandomStream(0, name).normal(size, mean, 0.2) };
}

const linear = (name: string, outputs: number, inputs: number): [string, number[]][] => [
  [`${name}.weight`, [outputs, inputs]],
  [`${name}.bias`, [outputs]],
];
const norm = (name: string): [string, number[]][] => [
  [`${name}.weight`, [hidden]],
  [`${name}.bias`, [hidden]],
];

/** Returns the tensors of an encoder with a number of layers, and the adapters in each of them. */
function tensors(count: number): Map<string, NamedTensor> {
  const shapes: [string, number[]][] = [
    ['embeddings.word_embeddings.weight', [31, hidden]],
    ['embeddings.position_embeddings.weight', [12, hidden]],
    ['embeddings.token_type_embeddings.weight', [2, hidden]],
    ...norm('embeddings.LayerNorm'),
    ...linear('pooler.dense', hidden, hidden),
    ...Array.from({ length: count }, (_, i) => `encoder.layer.${i}`).flatMap((layer) => [
      ...['query', 'key', 'value'].flatMap((part) =>
        linear(`${layer}.attention.self.${part}`, hidden, hidden),
      ),
      ...linear(`${layer}.attention.output.dense`, hidden, hidden),
      ...norm(`${layer}.attention.output.LayerNorm`),
      ...linear(`${layer}.intermediate.dense`, 50, hidden),
      ...linear(`${layer}.output.dense`, hidden, 50),
      ...norm(`${layer}.output.LayerNorm`),
      ...adapters.flatMap((name) => [
        ...linear(`${layer}.output.adapters.${name}.adapter_down.0`, width, hidden),
        ...linear(`${layer}.output.adapters.${name}.adapter_up`, hidden, width),
      ]),
    ]),
  ];
  return new Map(shapes.map(([name, shape]) => [`bert.${name}`, draw(name, shape)]));
}

/** The source adapters, taken directly from the weights. */
function sources(weights: ReadonlyMap<string, NamedTensor>): Adapter[] {
  const get = (key: string): Float32Array => (weights.get(key) as NamedTensor).data;
  return adapters.map((name) => ({
    ...{ name, hiddenSize: hidden, width, nonLinearity: 'relu' },
    layers: Array.from({ length: layers }, (_, layer) => {
      const { down, downBias, up, upBias } = adapterKeys(
        encoderArchitecture(parseEncoderConfig(config)),
        layer,
        name,
      );
      return { down: get(down), downBias: get(downBias), up: get(up), upBias: get(upBias) };
    }),
  }));
}

test.each<[name: string, method: (weights: ReadonlyMap<string, NamedTensor>) => Method]>([
  ['bottleneck', () => bottleneck({ width })],
  ['scalearn++', (weights) => scalearn({ sources: sources(weights), variant: 'scalearn++', dropout: 0 })],
])('a case of %s with an odd width, and weights of layers it does not use', async (name, makeMethod) => {
  using device = new ReferenceDevice('float64');
  const stored = tensors(layersInFile);
  const used = [...tensors(layers)].filter(([key]) => !key.includes('.adapters.'));
  using encoder = await createEncoder({
    ...{ device, config: parseEncoderConfig(config), name },
    weights: memoryReader(new Map(used)),
  });
  const method = makeMethod(stored);
  const layout = method.headLayout;
  const head = createHead({ problem: 'singleLabelClassification', outputs: 3, layout, name: 'rte' });
  using model = await TrainableModel.create({
    encoder,
    method,
    heads: { rte: head },
    adapterName: 'rte',
    seed: 1,
  });
  const initial = await model.parameters.read();
  if (name === 'bottleneck')
    for (const key of initial.keys()) if (stored.has(key)) initial.set(key, stored.get(key) as NamedTensor);
  model.parameters.write(initial);
  const { logits, loss } = model.build();
  const names = [...initial.keys()];
  const slopes = gradients(
    loss,
    names.map((key) => model.parameters.tensor(key)),
  );
  using program = await device.compile({
    outputs: { logits, loss, ...Object.fromEntries(names.map((key, i) => [key, slopes[i] as typeof loss])) },
  });
  const texts = inputIds.map((ids, i) => ({ inputIds: ids, tokenTypeIds: tokenTypeIds[i] as number[] }));
  const result = await program.run({ ...encoder.feeds(texts), labels: Int32Array.from(labels) });
  const recorded = (key: string, shape: readonly number[]): NamedTensor => ({
    shape,
    data: Float32Array.from(result[key] as HostArray),
  });

  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(stored));
  const own = new Map<string, NamedTensor>([
    ['outputs/logits', recorded('logits', [3, 3])],
    ['outputs/loss', recorded('loss', [1])],
    ...[...initial].flatMap(([key, tensor]): [string, NamedTensor][] => [
      [`weights/${key}`, tensor],
      [`grads/${key}`, recorded(key, tensor.shape)],
    ]),
  ]);
  writeFileSync(join(folder, name, 'tensors.safetensors'), writeSafetensors(own));
  const file = {
    ...{ format: 1, id: name, kind: 'gradient', encoder: { config }, weights_from: ['weights.safetensors'] },
    method: { name, bottleneck: width, non_linearity: 'relu', omega_dropout: 0 },
    ...{ adapters, problem: 'single_label_classification' },
    head: { name: `${layout} classification head`, layers: 2, num_labels: 3 },
    batches: [{ input_ids: inputIds, token_type_ids: tokenTypeIds, labels }],
    single_step: { batch: 0 },
    trainable: names,
    tolerance: { outputs: 1e-5, grads: 1e-5 },
    tolerance_float64: { outputs: 1e-6, grads: 1e-6 },
  };
  writeFileSync(join(folder, name, 'case.json'), JSON.stringify(file));

  const c = readCase(name, join(folder, name));
  const differences = await runCase(device, c);
  expect(differences).toHaveLength(2 + names.length);
  expect(ratios(differences, c.file.tolerance_float64).largest).toBeLessThanOrEqual(1);
});
