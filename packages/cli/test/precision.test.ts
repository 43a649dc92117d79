// Frozen weights in fewer bits, as `train --precision` asks for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEncoder } from '@scalearn/encoders';
import type { RunFile } from '@scalearn/experiments';
import { requestOnnxDevice } from '@scalearn/onnx';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const command = (out: string, ...more: string[]): string[] => [
  ...['train', '--encoder', world.encoder, '--data', world.data, '--task', 'glue/rte', '--limit', '16'],
  ...['--epochs', '2', '--quiet', '--out', join(folder, out), ...more],
];

test('int8 trains on ONNX Runtime as f32 does, and a run says so', async () => {
  await must(...command('f32', '--device', 'onnx'));
  await must(...command('int8', '--precision', 'int8'));
  const [plain, bytes] = ['f32', 'int8'].map(
    (out) => JSON.parse(readFileSync(join(folder, out, 'run.json'), 'utf8')) as RunFile,
  ) as [RunFile, RunFile];
  expect([plain.settings.precision, bytes.settings.precision]).toEqual([undefined, 'int8']);
  expect(bytes.device.kind).toBe('onnx');
  const losses = (run: RunFile) => run.history.map(({ trainLoss }) => trainLoss);
  for (const [i, loss] of losses(bytes).entries())
    expect(Math.abs((loss ?? Number.NaN) / (losses(plain)[i] ?? Number.NaN) - 1)).toBeLessThan(0.05);
  expect(losses(bytes)).not.toEqual(losses(plain));
});

test('a model is scored and used in either precision', async () => {
  const model = join(folder, 'f32');
  const scored = async (...more: string[]) => {
    const how = ['--model', model, '--data', world.data, '--device', 'onnx', '--json', ...more];
    return events<{ loss: number }>(await must('evaluate', ...how)).at(-1)?.loss ?? Number.NaN;
  };
  const [plain, bytes] = [await scored(), await scored('--precision', 'int8')];
  expect(bytes).not.toBe(plain);
  expect(Math.abs(bytes / plain - 1)).toBeLessThan(0.05);
  const text = ['--text', 'the red cat', '--text-pair', 'a slow dog', '--format', 'jsonl'];
  const { out } = await must('predict', '--model', model, ...text, '--precision', 'int8');
  expect(JSON.parse(out)).toMatchObject({ row: 1, text: 'the red cat' });
});

test('what it cannot do is refused', async () => {
  expect(await run(...command('reference', '--precision', 'int8', '--device', 'reference'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('--precision int8 needs --device onnx, not reference'),
  });
  expect(await run(...command('whole', '--precision', 'int8', '--method', 'full-finetuning'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be trained, because it is stored in 8 bits'),
  });
});

test('the matrices of linear layers have 8 bits, tables 16, and the rest keeps its precision', async () => {
  using device = await requestOnnxDevice({ threads: 1, precision: 'int8' });
  const kept: Record<string, string> = {};
  const upload = device.upload.bind(device);
  device.upload = (data, shape, options) => {
    const tensor = upload(data, shape, options);
    kept[tensor.label] = tensor.storage ?? 'f32';
    return tensor;
  };
  using _ = await loadEncoder(world.encoder, { device });
  const of = (storage: string) => Object.keys(kept).filter((label) => kept[label] === storage);
  expect(of('int8').every((label) => /encoder\.layer\.\d\..*\.weight$/.test(label))).toBe(true);
  expect(of('int8').length).toBeGreaterThanOrEqual(4);
  expect(of('f16')).toContain('encoder/embeddings.word_embeddings.weight');
  expect(of('f32')).toContain('encoder/embeddings.LayerNorm.weight');
});
