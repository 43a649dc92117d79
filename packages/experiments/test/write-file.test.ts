import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchFiles } from '../../../test/faults/file-system.ts';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { isLeftover, isTemporary, temporaryName } from '../src/folders/names.ts';
import { checkOutput, writeOutput } from '../src/folders/write-file.ts';

const scratch = scratchFolder();
let counter = 0;
function emptyFolder(): string {
  const folder = join(scratch, String(++counter));
  mkdirSync(folder);
  return folder;
}
const onUnix = process.platform !== 'win32';

test('names of what is not whole yet are unique, and known', () => {
  const names = Array.from({ length: 100 }, temporaryName);
  expect(new Set(names).size).toBe(100);
  for (const name of names) expect(isTemporary(name) && isLeftover(name)).toBe(true);
  for (const name of ['.rte.lock', '.rte.lock.takeover', '.scalearn.lock', 'checkpoint.safetensors.tmp'])
    expect(isLeftover(name), name).toBe(true);
  for (const name of ['model.tmp', 'x.lock', '.lock', '.scalearn-mine.tmp', 'checkpoint.safetensors', '.git'])
    expect(isLeftover(name), name).toBe(false);
});

describe('a file of the user’s', () => {
  test('is made with the folders it lies in, and replaced; nothing is left beside it', async () => {
    const folder = emptyFolder();
    const file = join(folder, 'a/b/file');
    expect(await writeOutput(file, 'one')).toBe(true);
    expect(await writeOutput(file, 'two')).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['file']);
  });

  test('that is called like an older temporary one is left alone', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'file.tmp'), 'mine');
    await writeOutput(join(folder, 'file'), 'new');
    expect(readFileSync(join(folder, 'file.tmp'), 'utf8')).toBe('mine');
  });

  test('is written beside what others write; what was left there long ago is removed', async () => {
    const folder = emptyFolder();
    const [now, before] = [temporaryName(), temporaryName()];
    for (const name of [now, before]) writeFileSync(join(folder, name), 'part');
    const long = new Date(Date.now() - 2 * 86_400_000);
    utimesSync(join(folder, before), long, long);
    await writeOutput(join(folder, 'file'), 'new');
    expect(readdirSync(folder).sort()).toEqual([now, 'file'].sort());
  });

  test.runIf(onUnix)('keeps its permissions', async () => {
    const file = join(emptyFolder(), 'file');
    for (const mode of [0o600, 0o664, 0o755]) {
      writeFileSync(file, 'old');
      chmodSync(file, mode);
      await writeOutput(file, 'new');
      expect(statSync(file).mode & 0o777).toBe(mode);
    }
  });

  test.runIf(onUnix)(
    'is replaced where a link leads to it; the link stays, also one that led nowhere',
    async () => {
      const folder = emptyFolder();
      writeFileSync(join(folder, 'target'), 'old');
      symlinkSync('target', join(folder, 'link'));
      symlinkSync('new/place', join(folder, 'dangling'));
      for (const [link, target] of [
        ['link', 'target'],
        ['dangling', 'new/place'],
      ] as const) {
        await writeOutput(join(folder, link), 'new');
        expect(readlinkSync(join(folder, link))).toBe(target);
        expect(readFileSync(join(folder, target), 'utf8')).toBe('new');
        expect(lstatSync(join(folder, target)).isFile()).toBe(true);
      }
      symlinkSync('ring', join(folder, 'ring'));
      await expect(writeOutput(join(folder, 'ring'), 'new')).rejects.toThrow('its links lead in a ring');
    },
  );

  test('is as it was where the new content cannot be written', async () => {
    for (const [name, code, reason] of [
      ['handle.writeFile', 'ENOSPC', 'no space left'],
      ['rename', 'EXDEV', 'from one disk to another'],
    ] as const) {
      const folder = emptyFolder();
      const file = join(folder, 'file');
      writeFileSync(file, 'old');
      const dry = watchFiles(folder);
      await writeOutput(file, 'old');
      await dry.end();
      const at = dry.log.findIndex((operation) => operation.startsWith(name));
      const watch = watchFiles(folder, at, { kind: 'once', code });
      await expect(writeOutput(file, 'new')).rejects.toThrow(reason);
      await watch.end();
      expect(readFileSync(file, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toEqual(['file']);
    }
  });

  test('that is mounted by itself is written where it is', async () => {
    const folder = emptyFolder();
    const file = join(folder, 'file');
    writeFileSync(file, 'old');
    const dry = watchFiles(folder);
    await writeOutput(file, 'old');
    await dry.end();
    const at = dry.log.findIndex((operation) => operation.startsWith('rename'));
    const watch = watchFiles(folder, at, { kind: 'once', code: 'EBUSY' });
    expect(await writeOutput(file, 'new')).toBe(true);
    await watch.end();
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

describe.runIf(onUnix)('what is no regular file', () => {
  test('a pipe is written to, and stays one', async () => {
    const pipe = join(emptyFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    await checkOutput(pipe, false);
    const [received, isFile] = await Promise.all([readFile(pipe, 'utf8'), writeOutput(pipe, 'lines\n')]);
    expect([received, isFile]).toEqual(['lines\n', false]);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test('so is a device, also behind a link', async () => {
    const link = join(emptyFolder(), 'link');
    symlinkSync('/dev/null', link);
    for (const path of ['/dev/null', link]) {
      await checkOutput(path, false);
      expect(await writeOutput(path, 'lines\n')).toBe(false);
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test('a folder is refused', async () => {
    const folder = emptyFolder();
    await expect(checkOutput(folder, true)).rejects.toThrow('is a folder; name a file');
    await expect(writeOutput(folder, 'lines')).rejects.toThrow('is a folder; name a file');
    expect(existsSync(folder)).toBe(true);
  });
});
