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

const totalBytes = (device: Device): number => device.memory().total;

test('on the onnx device both stages repeat bit for bit, also after an interruption, and leave nothing behind', async () => {
  await using device = await requestOnnxDevice({ threads: 1 });
  const encoder = await tinyEncoder(device);
  const before = totalBytes(device);
  const run = { encoder, task: tinyTask(), batchSize: 8, epochs: 2, learningRate: 1e-2 };
  const stage1 = { ...run, method: bottleneck({ width: 4 }) };
  using first = await train(stage1);
  const adapter = await first.adapter();
  const stage2: TrainOptions = { ...run, method: scalearn({ sources: [adapter] }) };
  for (const options of [stage1, stage2]) {
    const live: number[] = [];
    using whole = await train({
      ...options,
      onEvent: (event) => event.event === 'step' && live.push(totalBytes(device)),
    });
    const losses = whole.history.map((record) => record.trainLoss);
    expect(losses[1]).toBeLessThan(losses[0] as number);
    expect(new Set(live).size, 'bytes on the device never change').toBe(1);
    const store = new MemoryStore();
    const abort = new AbortController();
    const onEvent: TrainOptions['onEvent'] = (event) => {
      if (event.event === 'step' && event.step === 7) abort.abort();
    };
    const attempt = train({ ...options, checkpoints: store, signal: abort.signal, onEvent });
    await expect(attempt).rejects.toBeInstanceOf(InterruptedError);
    using resumed = await train({ ...options, checkpoints: store, resume: true });
    expect(await outcome(resumed)).toEqual(await outcome(whole));
    const often = new MemoryStore();
    using saving = await train({ ...options, checkpoints: often, checkpointEvery: 1e-9 });
    expect(await outcome(saving)).toEqual(await outcome(whole));
    const between = new MemoryStore(often.saved[1] as Uint8Array);
    using killed = await train({ ...options, checkpoints: between, resume: true });
    expect(await outcome(killed)).toEqual(await outcome(whole));
  }
  first.dispose();
  expect(totalBytes(device)).toBe(before);
});
