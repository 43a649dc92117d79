import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const base = ['--encoder', world.encoder, '--data', world.data, '--device', 'onnx', '--batch-size', '8'];
const epochs = 20;
const long = ['--epochs', String(epochs), '--patience', String(epochs)];
const stage1 = ['train', ...base, ...long, '--task', 'glue/rte', '--learning-rate', '0.003', '--json'];
const stage2 = [...stage1, '--method', 'scalearn++', '--sources', at('rte'), at('stsb')];

/** Digest of every tensor file of a model, its sources included. */
function tensors(name: string): Record<string, string> {
  const files = readdirSync(at(name), { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files
      .filter((file) => /\.(?:safetensors|bin)$/.test(file))
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(at(name), file)))
          .digest('hex'),
      ]),
  );
}

// What the tests of this file compare with.
beforeAll(async () => {
  const quick = ['train', ...base, '--epochs', '1', '--quiet', '--task', 'glue/stsb', '--out', at('stsb')];
  expect(await run(...quick)).toMatchObject({ code: 0 });
  expect(await run(...stage1, '--out', at('rte'))).toMatchObject({ code: 0 });
  expect(await run(...stage2, '--out', at('scalearn'))).toMatchObject({ code: 0 });
});

describe('a run killed at random moments and resumed gives the same bytes', () => {
  test.each([
    ['rte', stage1],
    ['scalearn', stage2],
  ])('%s', { timeout: 180_000 }, async (name, args) => {
    const out = `${name}-killed`;
    let kills = 0;
    for (;;) {
      const running = start([...args, '--out', at(out), '--resume']);
      // In the middle of the first run; then at once or in any run, while it loads, steps or saves.
      if (kills === 0) await running.printed('"epoch":3');
      else if (kills % 2 === 0) await running.printed('"event":');
      const delay = (kills % 2 === 0 ? 100 : 1000) * Math.random();
      if (kills < 4) void setTimeout(delay).then(() => running.process.kill('SIGKILL'));
      const { code, signal, err } = await running.ended;
      if (kills === 0) expect([signal, existsSync(join(at(out), 'run.json'))]).toEqual(['SIGKILL', false]);
      if (signal === null) {
        expect(code, err).toBe(0);
        break;
      }
      kills++;
    }
    expect(tensors(out)).toEqual(tensors(name));
    expect(readdirSync(folder).filter((each) => each.startsWith('.'))).toEqual([]);
  });
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('saves the state, says how to go on, and going on gives the same bytes', async () => {
    const out = `rte-${signal}`;
    const running = start([...stage1, '--out', at(out)]);
    await running.printed('"step":12,');
    running.process.kill(signal);
    const outcome = await running.ended;
    expect(outcome.code).toBe(130);
    expect(outcome.err).toMatch(
      /^training was interrupted at step \d+ of 140; .* continue with: scalearn train --resume --out .*-SIG/m,
    );
    expect(events(outcome).at(-1)).toMatchObject({ event: 'error', error: 'StoppedError', exitCode: 130 });
    expect(readdirSync(at(out))).toEqual(['checkpoint.safetensors']);
    // The whole command, or nothing but the folder.
    const args = signal === 'SIGINT' ? stage1 : ['train', '--json'];
    const resumed = await run(...args, '--out', at(out), '--resume');
    expect(resumed.code, resumed.err).toBe(0);
    expect(events(resumed)[0]).toMatchObject({ event: 'start', steps: 140 });
    expect(events(resumed)[0]?.step).toBeGreaterThanOrEqual(12);
    expect(tensors(out)).toEqual(tensors('rte'));
  });
});

test('two signals end the process at once', async () => {
  const running = start([...stage1, '--out', at('twice')]);
  await running.printed('"event":"start"');
  running.process.kill('SIGINT');
  running.process.kill('SIGTERM');
  expect((await running.ended).code).toBe(130);
});

test('a folder in use is refused', async () => {
  const running = start([...stage1, '--out', at('busy')]);
  await running.printed('"event":"start"');
  const second = await run(...stage1, '--out', at('busy'), '--resume');
  expect(second).toMatchObject({ code: 1, err: expect.stringContaining('in use by process') });
  running.process.kill('SIGKILL');
  await running.ended;
});

describe('a folder that holds a run', () => {
  const other = stage1.with(stage1.indexOf('0.003'), '0.004');
  test('finished: is refused, reported again, or replaced', async () => {
    const before = tensors('rte');
    expect(await run(...stage1, '--out', at('rte'))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/already holds a finished run; .* --overwrite/),
    });
    const again = await run(...stage1, '--out', at('rte'), '--resume');
    expect(events(again)).toMatchObject([{ event: 'done', bestEpoch: expect.any(Number), steps: 140 }]);
    expect(await run(...other, '--out', at('rte'), '--resume')).toMatchObject({
      code: 2,
      err: expect.stringContaining('learningRate was 0.003, is 0.004'),
    });
    expect(tensors('rte')).toEqual(before);
  });

  test('overwriting keeps the old until the new is whole', async () => {
    expect(await run(...stage1, '--max-steps', '2', '--out', at('old'))).toMatchObject({ code: 0 });
    const before = tensors('old');
    const running = start([...stage1, '--out', at('old'), '--overwrite']);
    await running.printed('"epoch":2');
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(tensors('old')).toMatchObject(before);
    expect(await run('evaluate', '--model', at('old'), '--device', 'onnx')).toMatchObject({ code: 0 });
    expect(await run(...stage1, '--out', at('old'), '--resume')).toMatchObject({ code: 0 });
    expect(tensors('old')).toEqual(tensors('rte'));
  });

  test('unfinished: is refused, and resumed only under the same settings and sources', async () => {
    const running = start([...stage2, '--out', at('half')]);
    await running.printed('"epoch":2');
    running.process.kill('SIGINT');
    await running.ended;
    const refused = await run(...stage2, '--out', at('half'));
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('holds an unfinished run') });
    const settings = await run(...stage2, '--seed', '1', '--out', at('half'), '--resume');
    expect(settings).toMatchObject({ code: 2, err: expect.stringContaining('seed was 0, is 1') });
    expect(settings.err).toContain('start again with --overwrite');
    // The same names, another content.
    const quick = ['train', ...base, '--max-steps', '1', '--quiet', '--task', 'glue/stsb', '--overwrite'];
    expect(await run(...quick, '--out', at('stsb'))).toMatchObject({ code: 0 });
    const sources = await run(...stage2, '--out', at('half'), '--resume');
    expect(sources.code).toBe(2);
    expect(sources.err).toContain('methodSettings was');
  });
});

const shell = (command: string): void => void execFileSync('sh', ['-c', command], { stdio: 'ignore' });

/** A file system of 112 KiB: for root on Linux, where mounting is allowed. */
const small = at('small');
function mountSmall(): boolean {
  try {
    mkdirSync(small);
    shell(`mount -t tmpfs -o size=112k tmpfs ${small}`);
    return true;
  } catch {
    return false;
  }
}
const isMounted = mountSmall();
afterAll(() => {
  if (isMounted) shell(`umount ${small}`);
});

test.skipIf(!isMounted)('a full disk is one sentence, and the state before it stays', async () => {
  const out = join(small, 'rte');
  const running = start([...stage1, '--out', out]);
  await running.printed('"epoch":2');
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(130);
  const before = readFileSync(join(out, 'checkpoint.safetensors'));
  // Room for the lock, but for no other checkpoint.
  shell(`head -c $(($(stat -f -c '%a * %S' ${small}) - 12288)) /dev/zero > ${join(small, 'filler')}`);
  const full = await run(...stage1, '--out', out, '--resume');
  expect(full).toMatchObject({
    code: 1,
    err: expect.stringContaining('checkpoint.safetensors could not be written: there is no space left'),
  });
  expect(full.err).toContain(`continue with: scalearn train --resume --out ${out}`);
  expect(readFileSync(join(out, 'checkpoint.safetensors')).equals(before)).toBe(true);
  shell(`rm ${join(small, 'filler')}`);
  expect((await run(...stage1, '--out', out, '--resume')).code).toBe(0);
});
