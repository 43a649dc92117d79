import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DoneEvent } from '@scalearn/experiments';
import type { DryRunEvent } from '@scalearn/experiments/runs';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { colors } from './support/own-files.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const out = join(folder, 'out');
const train = [
  ...['train', '--encoder', world.encoder, '--task', colors(folder), '--out', out, '--device', 'onnx'],
  ...['--batch-size', '8', '--epochs', '3'],
];

test('a dry run says what the training takes, and writes nothing', async () => {
  const [planned] = events<DryRunEvent>(await must(...train, '--dry-run', '--json'));
  expect(existsSync(out)).toBe(false);
  expect(planned).toMatchObject({
    ...{ event: 'done', task: 'own/colors', method: 'bottleneck', device: 'onnx' },
    rows: { train: 48, validation: 6, test: 6 },
    ...{ steps: 18, evaluations: 3 },
    tokens: { cutRows: 0, sampledRows: 48 },
  });
  const done = events<DoneEvent>(await must(...train, '--json')).at(-1)!;
  expect(planned!.steps).toBe(done.steps);
  expect(planned!.parameters).toEqual(done.parameters);
  expect(planned!.seconds).toBeGreaterThan(18 * planned!.secondsPerStep);
});

test('its text has the lengths of the rows, the memory and the time', async () => {
  const { out: text } = await must(...train, '--dry-run', '--max-length', '5');
  expect(text).toMatch(/^tokens {5}5 a row, the longest row has \d+, 100 % are cut$/m);
  expect(text).toMatch(/^memory {5}\d.* on the device: /m);
  expect(text).toMatch(/^time {7}\d+:\d\d at most, \d\.\d{3} s a step as measured/m);
});

test('each fold of a cross-validation counts', async () => {
  const [once] = events<DryRunEvent>(await must(...train, '--dry-run', '--json'));
  const [folded] = events<DryRunEvent>(await must(...train, '--dry-run', '--json', '--folds', '8'));
  // Timings vary; eight trainings are clearly more than two.
  expect(folded!.seconds).toBeGreaterThan(2 * once!.seconds);
});

test('is not combined with --resume', async () => {
  expect(await run(...train, '--dry-run', '--resume')).toMatchObject({ code: 2 });
});
