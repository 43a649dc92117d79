import { expect, test } from 'vitest';
import { requestOnnxDevice } from '../../../onnx/src/index.ts';
import {
  bottleneck,
  type Device,
  InterruptedError,
  scalearn,
  type TrainOptions,
  train,
} from '../../src/index.ts';
import { MemoryStore, outcome, tinyEncoder, tinyTask } from './tiny.ts';

/** Without the room for dropout masks, which grows with the largest batch and stays the device's. */
function tensorBytes(device: Device): number {
  const { total, bytes } = device.memory();
  return total - (bytes.arena ?? 0);
}

test('on the onnx device both stages repeat bit for bit, also after an interruption, and leave nothing behind', async () => {
  await using device = await requestOnnxDevice({ threads: 1 });
  const encoder = await tinyEncoder(device);
  const before = tensorBytes(device);
  const run = { encoder, task: tinyTask(), batchSize: 8, epochs: 2, learningRate: 1e-2 };
  const stage1 = { ...run, method: bottleneck({ width: 4 }) };
  using first = await train(stage1);
  const adapter = await first.adapter();
  if (!adapter) throw new Error('a bottleneck model has an adapter');
  const stage2: TrainOptions = { ...run, method: scalearn({ sources: [adapter] }) };
  for (const options of [stage1, stage2]) {
    const live: number[] = [];
    using whole = await train({
      ...options,
      onEvent: (event) => event.event === 'step' && live.push(tensorBytes(device)),
    });
    const losses = whole.history.map((record) => record.trainLoss);
    expect(losses[1]).toBeLessThan(losses[0] as number);
    expect(live.at(-1)).toBe(live[2]);
    const store = new MemoryStore();
    const abort = new AbortController();
    const onEvent: TrainOptions['onEvent'] = (event) => {
      if (event.event === 'step' && event.step === 7) abort.abort();
    };
    const attempt = train({ ...options, checkpoints: store, signal: abort.signal, onEvent });
    await expect(attempt).rejects.toBeInstanceOf(InterruptedError);
    using resumed = await train({ ...options, checkpoints: store, resume: true });
    expect(await outcome(resumed)).toEqual(await outcome(whole));
  }
  first.dispose();
  expect(tensorBytes(device)).toBe(before);
});
