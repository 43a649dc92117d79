import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchFiles } from '../../../test/faults/file-system.ts';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { checkpointFile, OutFolder } from '../src/folders/out-folder.ts';
import { openModelFolder } from '../src/runs/stored-model.ts';

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

const unique = '.scalearn-2f1c4e0a-89ab-4cde-8123-456789abcdef.tmp';

test.each(['out', 'link'])('what is no folder is called so: %s', async (name) => {
  const base = world({ out: 'a text' });
  symlinkSync(join(base, 'out'), join(base, 'link'));
  await expect(OutFolder.open(join(base, name))).rejects.toThrow('is not a folder; choose another place');
  expect(content(base)).toEqual({ out: 'a text' });
});

describe('what a killed process left is put in order', () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['while it wrote a checkpoint', { [`out/${unique}`]: 'c' }, {}],
    ['while it wrote the new files', { ...oldRun, [`out/${unique}/files/model`]: 'ne' }, oldRun],
    [
      'before it removed the old files',
      {
        ...{ ...oldRun, 'out/checkpoint.safetensors': 'c', 'out/log': 'log', 'out/part/other': 'old' },
        ...{ 'out/.scalearn-commit/files/model': 'new', 'out/.scalearn-commit/files/run.json': '{"a":1}' },
        'out/.scalearn-commit/remove.json': '["part/other"]',
      },
      { 'out/log': 'log', 'out/model': 'new', 'out/run.json': '{"a":1}' },
    ],
    [
      'while it moved the new files',
      {
        ...{ 'out/model': 'new', 'out/checkpoint.safetensors': 'c' },
        ...{
          'out/.scalearn-commit/files/rte/model': 'new',
          'out/.scalearn-commit/files/run.json': '{"a":1}',
        },
      },
      { 'out/model': 'new', 'out/rte/model': 'new', 'out/run.json': '{"a":1}' },
    ],
    [
      'after it had moved them',
      { ...oldRun, 'out/checkpoint.safetensors': 'c', 'out/.scalearn-commit/files/x/.keep': '' },
      { ...oldRun, 'out/x/.keep': '' },
    ],
  ])('%s', async (_, before, after) => {
    const base = world(before);
    await (await OutFolder.open(join(base, 'out'))).close();
    expect(content(base)).toEqual(after);
    expect(readdirSync(base).filter((name) => name !== 'out')).toEqual([]);
  });

  test.each([
    [unique],
    ['checkpoint.safetensors.tmp'],
    ['.rte.lock', '.rte.lock.takeover', '.rte.lock.b100e74d-c594-4315-9f4b-e8b140a50b01'],
    [],
  ])('a folder in which nothing but that is counts as empty: %j', async (...names) => {
    const base = world(Object.fromEntries(names.map((name) => [`out/${name}`, '{}'])));
    mkdirSync(join(base, 'out'), { recursive: true });
    await using out = await OutFolder.open(join(base, 'out'));
    expect(await out.state()).toBe('nothing');
  });

  test('a list of old files that was made up removes nothing outside', async () => {
    const base = world({
      ...{ 'precious/model': 'mine', 'out/part/model': 'old', 'out/.scalearn-commit/files/run.json': '{}' },
      'out/.scalearn-commit/remove.json': '["../precious/model", "part/../part/model", "../out", "."]',
    });
    await (await OutFolder.open(join(base, 'out'))).close();
    expect(content(base)).toEqual({ 'precious/model': 'mine', 'out/run.json': '{}' });
    const other = world({
      'out/.scalearn-commit/remove.json': '{"a":1}',
      'out/.scalearn-commit/files/a': '',
    });
    await expect(OutFolder.open(join(other, 'out'))).rejects.toThrow(
      'remove.json is damaged; remove the folder',
    );
  });

  test('a reader says what to do about it', async () => {
    const base = world({ 'out/.scalearn-commit/files/adapter_config.json': '{}' });
    await expect(openModelFolder(join(base, 'out'))).rejects.toThrow(
      'was not saved completely, because the command was stopped; finish it with the same command',
    );
  });

  test('what is not ours counts', async () => {
    for (const name of ['notes.txt', 'model.tmp', '.git/HEAD', 'x.lock']) {
      await using out = await OutFolder.open(join(world({ [`out/${name}`]: '' }), 'out'));
      expect(await out.state()).toBe('other');
    }
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
    await expect(out.replace({ fresh: 'new', 'fresh/part': 'new' })).rejects.toThrow(
      `the model could not be saved in ${join(base, 'out')}`,
    );
    mkdirSync(join(base, 'out/config.json/notes'), { recursive: true });
    await expect(out.replace({ 'config.json': 'new' })).rejects.toThrow(
      'is a folder, but a file must be written there',
    );
    rmSync(join(base, 'out/config.json'), { recursive: true });
    writeFileSync(join(base, 'out/rte'), 'mine');
    await expect(out.replace({ 'rte/model': 'new' })).rejects.toThrow(
      'is a file, but a folder must be created there',
    );
    rmSync(join(base, 'out/rte'));
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
  const dry = watchFiles(base);
  await store.save(new TextEncoder().encode('second'));
  await dry.end();
  for (const [at, operation] of dry.log.entries()) {
    // What is done after the file is in its place, or may fail.
    if (/^(chmod|handle.sync$|handle.sync \/?$)/.test(operation)) continue;
    if (at > dry.log.findIndex((each) => each.startsWith('rename'))) break;
    const watch = watchFiles(base, at, { kind: 'once', code: 'ENOSPC' });
    await expect(store.save(new TextEncoder().encode('third')), operation).rejects.toThrow(
      'could not be written',
    );
    await watch.end();
    expect(new TextDecoder().decode(await store.load())).toBe('second');
    expect(readdirSync(base)).toEqual(['checkpoint.safetensors']);
  }
});

describe('a folder that cannot be renamed', () => {
  test('where a disk is mounted, is replaced like another', async (context) => {
    const base = world({ 'out/.keep': '' });
    const path = join(base, 'out');
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
    if (mounted.status !== 0) return context.skip('mounting needs the rights of root on Linux');
    try {
      await using out = await OutFolder.open(path);
      expect(await out.state()).toBe('nothing');
      await checkpointFile(out.path).save(new TextEncoder().encode('c'));
      await out.replace({ 'rte/model': 'new', 'run.json': '{}' });
      expect(content(path)).toEqual({ 'rte/model': 'new', 'run.json': '{}' });
      await expect(out.replace({ 'run.json': '{}', model: 'x'.repeat(2 ** 21) })).rejects.toThrow(
        'no space left',
      );
      expect(content(path)).toEqual({ 'rte/model': 'new', 'run.json': '{}' });
    } finally {
      spawnSync('umount', [path]);
    }
  });

  test('nothing is ever renamed but files, and what is written whole within the folder', async () => {
    const base = world(oldRun);
    const watch = watchFiles(base);
    const out = await OutFolder.open(join(base, 'out'));
    await out.replace({ model: 'new', 'run.json': '{}' });
    await out.close();
    await watch.end();
    const renamed = watch.log.filter((operation) => operation.startsWith('rename'));
    expect(renamed).toEqual(['rename out/.scalearn-commit', 'rename out/model', 'rename out/run.json']);
  });

  test('whose parent cannot be written, is locked from within', async () => {
    const base = world({ 'out/log': '' });
    const open = async (): Promise<OutFolder> => {
      // 0 sees to it that the parent is there, 1 writes a file beside the folder.
      const watch = watchFiles(base, 1, { kind: 'once', code: 'EACCES' });
      return OutFolder.open(join(base, 'out')).finally(() => watch.end());
    };
    const out = await open();
    expect(Object.keys(content(base)).sort()).toEqual(['out/.scalearn.lock', 'out/log']);
    await expect(open()).rejects.toThrow('is in use by process');
    await out.replace({ 'run.json': '{}' });
    await out.close();
    expect(Object.keys(content(base)).sort()).toEqual(['out/log', 'out/run.json']);
  });

  test('that cannot be written is refused at once', async () => {
    const base = world({ 'out/log': '' });
    const dry = watchFiles(base);
    await (await OutFolder.open(join(base, 'out'))).close();
    await dry.end();
    const at = dry.log.findIndex((operation) => operation.startsWith('mkdir out/.scalearn-'));
    const watch = watchFiles(base, at, { kind: 'once', code: 'EROFS' });
    await expect(OutFolder.open(join(base, 'out'))).rejects.toThrow(
      'cannot be used for output: the disk is read-only',
    );
    await watch.end();
    expect(Object.keys(content(base))).toEqual(['out/log']);
  });
});
