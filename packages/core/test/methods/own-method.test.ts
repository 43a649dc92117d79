import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/files.ts';
import { multiply } from '../../src/graph.ts';
// What a user has: the package's public interface, nothing else.
import {
  type EncoderArchitecture,
  type Method,
  ReferenceDevice,
  type TrainOptions,
  train,
} from '../../src/index.ts';
import type { ParameterSpec } from '../../src/methods.ts';
import { MemoryStore, outcome, tinyEncoder, tinyTask } from '../training/tiny.ts';

/** (IA)³ (Liu et al. 2022): learned factors on keys, values and the feed-forward block's inside, one at first. */
function scaling(): Method {
  const sites = { attentionKey: 'k', attentionValue: 'v', feedForwardIntermediate: 'ff' } as const;
  const key = (layer: number, site: keyof typeof sites): string => `scaling.${layer}.${sites[site]}`;
  const widths = ({ hiddenSize, intermediateSize }: EncoderArchitecture): [keyof typeof sites, number][] => [
    ['attentionKey', hiddenSize],
    ['attentionValue', hiddenSize],
    ['feedForwardIntermediate', intermediateSize],
  ];
  return {
    name: 'scaling',
    kind: 'single-task',
    headLayout: 'flexible',
    defaults: { learningRate: 5e-3, epochs: 30, patience: 5, weightDecay: 0 },
    parameters: ({ encoder }) =>
      Array.from({ length: encoder.layers }, (_, layer) =>
        widths(encoder).map(
          ([site, width]): ParameterSpec => ({
            name: key(layer, site),
            shape: [width],
            init: { constant: 1 },
            decay: false,
          }),
        ),
      ).flat(),
    sites: ({ parameter }) => ({
      attentionKey: (x, { layer }) => multiply(x, parameter(key(layer, 'attentionKey'))),
      attentionValue: (x, { layer }) => multiply(x, parameter(key(layer, 'attentionValue'))),
      feedForwardIntermediate: (x, { layer }) =>
        multiply(x, parameter(key(layer, 'feedForwardIntermediate'))),
    }),
    save: ({ tensors }) => ({ 'scaling.safetensors': writeSafetensors(tensors) }),
  };
}

describe("a user's own method", () => {
  const device = new ReferenceDevice();
  const run = async (): Promise<TrainOptions> => ({
    encoder: await tinyEncoder(device),
    task: tinyTask({ rows: 64 }),
    method: scaling(),
    batchSize: 8,
    epochs: 4,
    learningRate: 2e-2,
  });

  test('trains, moves every one of its parameters, and is saved', async () => {
    using model = await train(await run());
    const losses = model.history.map((record) => record.trainLoss);
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] as number));
    expect(model.parameterCount.method).toBe(2 * (8 + 8 + 12));
    for (const [name, { data }] of (await model.snapshot()).tensors)
      expect(
        data.some((value) => Math.abs(value - 1) > 1e-3),
        name,
      ).toBe(true);
    expect(Object.keys(await model.files()).sort()).toEqual([
      'head_config.json',
      'model_head.safetensors',
      'pytorch_model_head.bin',
      'scaling.safetensors',
    ]);
  });

  test('starts as the plain encoder', async () => {
    const { encoder, ...rest } = await run();
    const events: number[] = [];
    const plain: Method = { ...scaling(), name: 'head only', parameters: () => [], sites: () => ({}) };
    for (const method of [scaling(), plain]) {
      using model = await train({ ...rest, encoder, method, learningRate: 1e-12, epochs: 1 });
      events.push(model.history[0]?.validationLoss as number);
    }
    expect(events[0]).toBeCloseTo(events[1] as number, 6);
  });

  test('resumes like those of the library, and is not a sum of adapters', async () => {
    const store = new MemoryStore();
    const options = await run();
    using whole = await train({ ...options, checkpoints: store });
    const again = { ...options, checkpoints: new MemoryStore(store.saved[1] as Uint8Array), resume: true };
    using resumed = await train(again);
    expect(await outcome(resumed)).toEqual(await outcome(whole));
    await expect(whole.merge()).rejects.toThrow('a scaling model is not a sum of adapters');
    await expect(whole.adapter()).rejects.toThrow('not an adapter');
  });
});
