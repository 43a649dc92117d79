// The examples run, from the sources, on recorded models and data.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mustRun } from '../support/process.ts';
import { root } from '../support/repository.ts';

const shared = process.env.SCALEARN_SHARED ?? join(root, '../shared');
const encoder = join(shared, 'models/minilm-l6');
const data = join(shared, 'data/glue');
const absent = [encoder, data].find((path) => !existsSync(path));
const skip = absent && `${absent} is absent; set SCALEARN_SHARED`;

const example = (name: string, ...args: string[]) =>
  mustRun(
    join(root, 'node_modules/.bin/node'),
    ['--conditions=@scalearn/source', `examples/${name}/main.ts`, ...args],
    { cwd: root, env: { SCALEARN_DEVICE: 'onnx' } },
  );

test("a method of one's own learns moods", { timeout: 120_000 }, async (context) => {
  if (skip) return context.skip(skip);
  const { stdout } = await example('own-method', encoder);
  expect(stdout).toContain('2304 numbers and a head of 148610 trained');
  expect(stdout).toContain('bad   The soup was awful.');
  expect(stdout).toContain('good  What a marvellous day!');
});

test('both stages', { timeout: 240_000 }, async (context) => {
  if (skip) return context.skip(skip);
  const out = mkdtempSync(join(tmpdir(), 'scalearn-example-'));
  try {
    const { stdout } = await example('two-stage', encoder, data, out, '--quick');
    expect(stdout).toContain('stage 2: RTE from stsb, mrpc, rte');
    expect(stdout.match(/accuracy/g)).toHaveLength(6);
    for (const file of [
      'scalearn/model_scalearn.safetensors',
      'scalearn/stsb/adapter.safetensors',
      'merged/adapter.safetensors',
    ])
      expect(existsSync(join(out, file)), file).toBe(true);
  } finally {
    rmSync(out, { recursive: true });
  }
});
