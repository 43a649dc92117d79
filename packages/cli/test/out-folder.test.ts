import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkpointFile } from '../src/folders/checkpoint-file.ts';
import { takeLock } from '../src/folders/lock.ts';
import { OutFolder } from '../src/folders/out-folder.ts';
import { scratchFolder } from './support/tiny.ts';

const scratch = scratchFolder();
let counter = 0;

/** A folder with files, its siblings included, by path. */
function world(files: Record<string, string>): string {
  const base = join(scratch, String(++counter));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(base, name, '..'), { recursive: true });
    writeFileSync(join(base, name), content);
  }
  mkdirSync(base, { recursive: true });
  return base;
}

/** Every file below a folder with its content. */
function content(base: string): Record<string, string> {
  const names = readdirSync(base, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const paths = names.map((each) => join(each.parentPath, each.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(base.length + 1), readFileSync(path, 'utf8')]));
}

const oldRun = { 'out/run.json': '{}', 'out/model': 'old' };

describe('what a killed process left is put in order', () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    [
      'while it wrote the new folder',
      { ...oldRun, '.out.new/model': 'ne' },
      { 'out/run.json': '{}', 'out/model': 'old' },
    ],
    ['before anything was there', { '.out.new/model': 'ne' }, {}],
    [
      'between the two renames',
      { '.out.old/model': 'old', '.out.new/model': 'new', '.out.new/run.json': '{}' },
      { 'out/model': 'new', 'out/run.json': '{}' },
    ],
    [
      'after both',
      { '.out.old/checkpoint.safetensors': 'c', 'out/model': 'new', 'out/run.json': '{}' },
      { 'out/model': 'new', 'out/run.json': '{}' },
    ],
    ['when only the old is left', { '.out.old/model': 'old' }, { 'out/model': 'old' }],
  ])('%s', async (_, before, after) => {
    const base = world(before);
    await (await OutFolder.open(join(base, 'out'))).close();
    expect(content(base)).toEqual(after);
  });
});

describe('replace', () => {
  test('puts the new in the place of the old, checkpoint included', async () => {
    const base = world({ ...oldRun, 'out/checkpoint.safetensors': 'c' });
    await using out = await OutFolder.open(join(base, 'out'));
    expect(await out.state()).toBe('unfinished');
    // What the old run wrote goes; a log that somebody put there stays.
    writeFileSync(join(base, 'out/run.json'), JSON.stringify(oldRunFile));
    writeFileSync(join(base, 'out/log.txt'), 'log');
    await out.replace({ 'new/model': 'new', 'run.json': '{"a":1}' });
    expect(await out.state()).toBe('finished');
    await out.close();
    expect(content(base)).toEqual({
      'out/log.txt': 'log',
      'out/new/model': 'new',
      'out/run.json': '{"a":1}',
    });
  });

  test('leaves the old where the new cannot be written', async () => {
    const base = world({ ...oldRun, 'out/checkpoint.safetensors': 'c' });
    await using out = await OutFolder.open(join(base, 'out'));
    const before = content(join(base, 'out'));
    // A name that is a file and a folder.
    await expect(out.replace({ model: 'new', 'model/part': 'new' })).rejects.toThrow(
      `the model could not be saved in ${join(base, 'out')}`,
    );
    await expect(out.replace({ '../../outside': 'new' })).rejects.toThrow('would lie outside');
    expect(content(join(base, 'out'))).toEqual(before);
    expect(readdirSync(base).sort()).toEqual(['.out.lock', 'out']);
  });
});

const oldRunFile = {
  ...{ formatVersion: 1, task: 't', method: 'm', settings: {}, results: {}, files: ['model'] },
  ...{ encoder: { fingerprint: 'f', shape: { layers: 1 } }, data: { path: 'p' } },
};

test('a checkpoint that cannot be written leaves the one before', async () => {
  const base = world({ 'checkpoint.safetensors': 'first' });
  const store = checkpointFile(base);
  await store.save(new TextEncoder().encode('second'));
  mkdirSync(join(base, 'checkpoint.safetensors.tmp'));
  writeFileSync(join(base, 'checkpoint.safetensors.tmp/in-the-way'), '');
  await expect(store.save(new TextEncoder().encode('third'))).rejects.toThrow('could not be written');
  expect(new TextDecoder().decode(await store.load())).toBe('second');
});

describe('lock', () => {
  const path = (): string => join(world({}), 'lock');

  test('one at a time, and again after release', async () => {
    const lock = path();
    const release = await takeLock(lock, 'runs/rte');
    await expect(takeLock(lock, 'runs/rte')).rejects.toThrow(
      `runs/rte is in use by process ${process.pid}; wait`,
    );
    await release();
    await (await takeLock(lock, 'runs/rte'))();
    expect(readdirSync(join(lock, '..'))).toEqual([]);
  });

  test('is taken over from the dead, by one of many', async () => {
    // Process numbers end far below this one; or a number that came back with another start; or a torn file.
    const dead = [
      JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null }),
      JSON.stringify({ pid: 2 ** 30, host: hostname(), started: '1' }),
      ...(process.platform === 'linux'
        ? [JSON.stringify({ pid: process.pid, host: hostname(), started: '1' })]
        : []),
      '{"pid":',
    ];
    for (const holder of dead) {
      const lock = path();
      writeFileSync(lock, holder);
      const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(lock, 'runs/rte')));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(readdirSync(join(lock, '..'))).toEqual(['lock']);
    }
  });

  test('what was killed while it took one is removed; what is alive, or of others, is not', async () => {
    const lock = path();
    const other = (pid: number, host = hostname()): string => JSON.stringify({ pid, host, started: null });
    const uuid = '.b100e74d-c594-4315-9f4b-e8b140a5';
    const beside: Record<string, string> = {
      [`lock${uuid}0b01`]: other(2 ** 30),
      'lock.takeover': other(2 ** 30),
      [`lock${uuid}0b02`]: other(process.ppid),
      [`lock${uuid}0b03`]: other(1, 'elsewhere'),
      [`lock${uuid}0b04`]: '',
      'lock.txt': 'not ours',
    };
    for (const [name, content] of Object.entries(beside)) writeFileSync(join(lock, '..', name), content);
    await (await takeLock(lock, 'runs/rte'))();
    expect(readdirSync(join(lock, '..')).sort()).toEqual(Object.keys(beside).slice(2).sort());
  });

  test('of another machine is left alone', async () => {
    const lock = path();
    writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere', started: null }));
    await expect(takeLock(lock, 'runs/rte')).rejects.toThrow(
      'by process 1 on elsewhere; wait for it, or delete',
    );
    rmSync(lock);
  });
});
