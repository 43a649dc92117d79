import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { bin, run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const train = [
  ...['train', '--encoder', world.encoder, '--data', world.data, '--task', 'glue/rte', '--device', 'onnx'],
  ...['--batch-size', '8', '--epochs', '200', '--patience', '200', '--json'],
];

test('a reader that goes away ends a run quietly, with its state saved and its folder free', async () => {
  const running = start([...train, '--out', at('piped')]);
  await running.printed('"step":3,');
  running.process.stdout?.destroy();
  const { code, err } = await running.ended;
  expect(err).not.toMatch(/EPIPE|error|\n {4}at /);
  expect(code).toBe(1);
  expect(readdirSync(at('piped'))).toEqual(['checkpoint.safetensors']);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  const quick = train.with(train.indexOf('200'), '1');
  expect(await run(...quick, '--out', at('piped'), '--resume')).toMatchObject({
    err: expect.stringContaining('epochs was 200, is 1'),
  });
});

test.skipIf(!existsSync('/dev/full'))(
  'output that cannot be written ends a run in one sentence',
  async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(
      process.execPath,
      ['--conditions=@scalearn/source', bin, ...train, '--out', at('full')],
      { stdio: ['ignore', full, 'pipe'] },
    );
    let err = '';
    child.stderr?.on('data', (data: Buffer) => {
      err += String(data);
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(err).toContain('error: standard output could not be written: there is no space left on the disk');
    expect(err).not.toMatch(/\n {4}at |node:events/);
    expect(code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  },
);

test('output that fails after the last word fails the command too', async () => {
  const running = start(['--version']);
  running.process.stdout?.destroy();
  expect(await running.ended).toMatchObject({ code: 1, err: '' });
});
