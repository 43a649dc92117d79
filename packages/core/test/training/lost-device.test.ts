// What a program meets whose device, or encoder, goes away in the middle of something: an error that it can catch.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requestOnnxDevice } from '../../../onnx/src/index.ts';
import { bottleneck, type Device, DisposedError, ReferenceDevice, train } from '../../src/index.ts';
import { tinyEncoder, tinyTask } from './tiny.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const devices: readonly (readonly [string, () => Promise<Device>])[] = [
  ['reference', async () => new ReferenceDevice()],
  ['onnx', () => requestOnnxDevice({ threads: 1 })],
];
const run = {
  task: tinyTask({ rows: 64, validationRows: 40 }),
  method: bottleneck({ width: 2 }),
  ...{ epochs: 2, batchSize: 8, evalBatchSize: 4 },
};

describe.each(devices)('on the %s device', (_, open) => {
  for (const what of ['device', 'encoder'] as const)
    for (const when of ['step', 'evaluate'] as const)
      test(`training whose ${what} is disposed of at ${when === 'step' ? 'a step' : 'an evaluation'} rejects`, async () => {
        const device = await open();
        const encoder = await tinyEncoder(device);
        let events = 0;
        const attempt = train({
          ...{ ...run, encoder },
          onEvent: (event) => {
            const isNow = when === 'step' ? event.event === 'step' : 'phase' in event && event.phase === when;
            if (isNow && ++events === 3) (what === 'device' ? device : encoder).dispose();
          },
        });
        await expect(attempt).rejects.toBeInstanceOf(DisposedError);
        expect(events).toBeGreaterThanOrEqual(3);
        // The process is as good as before.
        await using another = await open();
        using model = await train({ ...run, encoder: await tinyEncoder(another), epochs: 1 });
        expect(model.steps).toBe(8);
      });

  test('predictions whose device is disposed of reject', async () => {
    const device = await open();
    const encoder = await tinyEncoder(device);
    using model = await train({ ...run, encoder, epochs: 1 });
    const attempt = model.predict(run.task.train, {
      batchSize: 4,
      onProgress: ({ phase, done }) => {
        if (phase === 'evaluate' && done > 8) device.dispose();
      },
    });
    await expect(attempt).rejects.toBeInstanceOf(DisposedError);
  });
});
