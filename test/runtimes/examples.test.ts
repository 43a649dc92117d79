// The examples run from the packages' sources, in their runtimes, on the assets that come with the packages.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyExample, examplesNeed as skip } from '../support/example.ts';
import { mustRun } from '../support/process.ts';
import { root } from '../support/repository.ts';

const bin = join(root, 'node_modules/.bin');
const env = { SCALEARN_DEVICE: 'onnx' };
const limit = { timeout: 240_000 };

const inNode = (folder: string) =>
  mustRun(join(bin, 'node'), ['--conditions=@scalearn/source', 'main.ts'], { cwd: folder, env });

/** The accuracy in a line that contains some text. */
function accuracy(stdout: string, line: string): number {
  const found = stdout.split('\n').find((each) => each.includes(line));
  return Number(/accuracy (\d\.\d+)/.exec(found ?? '')?.[1] ?? Number.NaN);
}

/** Seven numbers of others' adapters are worth more than an adapter from 128 rows. */
function expectTransfer(stdout: string): void {
  expect(stdout).toContain('8736 numbers from scratch, 7 by transfer');
  expect(accuracy(stdout, 'ScaLearnUniform++'), stdout).toBeGreaterThan(accuracy(stdout, 'single adapter'));
}

test('quickstart-node', limit, async (context) => {
  if (skip) return context.skip(skip);
  using example = copyExample('quickstart-node');
  const { stdout } = await inNode(example.folder);
  expectTransfer(stdout);
  expect(stdout.match(/^ {2}\w+ +-?\d\.\d\d$/gm), stdout).toHaveLength(7);
});

test('quickstart-deno', limit, async (context) => {
  if (skip) return context.skip(skip);
  const texts = ['Emma sold the piano on Monday.', 'The piano was sold by Emma.'];
  const { stdout } = await mustRun(
    join(bin, 'deno'),
    ['run', '-A', '--config', 'deno.json', 'examples/quickstart-deno/main.ts', ...texts],
    { cwd: root, env },
  );
  expectTransfer(stdout);
  expect(stdout).toContain(`${texts.join(' / ')} -> entailment`);
});

test('custom-pipeline', limit, async (context) => {
  if (skip) return context.skip(skip);
  using example = copyExample('custom-pipeline');
  const { stdout } = await inNode(example.folder);
  expect(accuracy(stdout, 'ScaLearn++'), stdout).toBeGreaterThan(0.7);
  expect(stdout).toMatch(/^yes \(0\.\d\d\) {2}Max discovered the coat\.$/m);
  expect(stdout).toMatch(/^no \(0\.\d\d\) {2}Emma bought the old piano\.$/m);
  for (const file of [
    'adapter.safetensors',
    'adapter_config.json',
    'pytorch_adapter.bin',
    'pytorch_model_head.bin',
  ])
    expect(existsSync(join(example.folder, 'merged', file)), file).toBe(true);
});

test('custom-method', limit, async (context) => {
  if (skip) return context.skip(skip);
  using example = copyExample('custom-method');
  const { stdout } = await inNode(example.folder);
  expect(stdout).toContain('gated-sum: 512 numbers');
  for (const name of ['gated-sum', 'scalearn-uniform++'])
    expect(accuracy(stdout, name), stdout).toBeGreaterThan(0.6);
});
