import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '@scalearn/core';
import { expect, test, vi } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

vi.mock('@scalearn/onnx', async (original) => ({
  ...(await original<typeof import('@scalearn/onnx')>()),
  loadRuntime: () => Promise.reject(new DeviceError('install onnxruntime-node')),
}));

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);

test('an export needs ONNX Runtime only if scores were asked for', async () => {
  const world = tinyWorld(folder);
  await must(
    ...[
      'train',
      '--encoder',
      world.encoder,
      '--data',
      world.data,
      '--task',
      'glue/rte',
      '--out',
      at('model'),
    ],
    ...['--device', 'reference', '--max-steps', '1', '--limit', '4', '--eval-limit', '4', '--quiet'],
  );
  const args = ['export', '--model', at('model'), '--out', at('web')];
  const asked = await run(...args, '--eval-limit', '4');
  expect([asked.code, asked.err, existsSync(at('web'))]).toEqual([
    1,
    expect.stringContaining('install onnxruntime-node'),
    false,
  ]);
  const plain = await must(...args);
  expect(plain.err).toContain('the export is not scored: install onnxruntime-node');
  expect(readFileSync(at('web/README.md'), 'utf8')).toContain('ONNX Runtime is not installed.');
});
