import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { findBinaries, othersOf, removeBinaries } from '../src/folders/binaries.ts';
import { run } from './support/run.ts';

const { platform, arch } = process;
const other = platform === 'linux' ? 'win32' : 'linux';

/** An installation with binaries for some platforms. */
function installed(folder: string, platforms: readonly (readonly [string, string])[]): string {
  const modules = join(folder, 'node_modules');
  const write = (...names: string[]): void => {
    mkdirSync(join(modules, ...names.slice(0, -1)), { recursive: true });
    writeFileSync(join(modules, ...names), 'x'.repeat(1000));
  };
  for (const [system, cpu] of platforms) {
    write('onnxruntime-node', 'bin', 'napi-v6', system, cpu, 'binding.node');
    write('webgpu', 'dist', `${system}-${cpu}`, 'dawn.node');
  }
  write('onnxruntime-node', 'dist', 'backend', 'x64', 'index.js');
  write('webgpu', 'dist', 'maps', 'index.js');
  for (const name of ['onnxruntime-node', 'webgpu'])
    for (const [file, text] of [
      ['package.json', JSON.stringify({ name, main: 'index.js' })],
      ['index.js', ''],
    ] as const)
      writeFileSync(join(modules, name, file), text);
  return join(folder, 'program.js');
}

test('only binaries for other systems are removed', async () => {
  const folder = scratchFolder();
  const from = installed(folder, [
    [platform, arch],
    [other, 'x64'],
    [other, 'arm64'],
  ]);
  const all = await findBinaries(from);
  expect(all).toHaveLength(6);
  const others = othersOf(all);
  expect(others.map((each) => [each.package, each.platform, each.bytes])).toEqual(
    expect.arrayContaining([
      ['onnxruntime-node', `${other}-x64`, 1000],
      ['webgpu', `${other}-arm64`, 1000],
    ]),
  );
  await removeBinaries(others);
  const at = (...names: string[]): boolean => existsSync(join(folder, 'node_modules', ...names));
  expect(await findBinaries(from)).toHaveLength(2);
  expect([at('webgpu/dist/maps/index.js'), at('onnxruntime-node/dist/backend/x64/index.js')]).toEqual([
    true,
    true,
  ]);
  expect([at(`webgpu/dist/${other}-x64`), at(`onnxruntime-node/bin/napi-v6/${other}/arm64`)]).toEqual([
    false,
    false,
  ]);
});

test('nothing is removed if a package has no binaries for this system, or is missing', async () => {
  const folder = scratchFolder();
  const all = await findBinaries(installed(folder, [[other, 'x64']]));
  expect(() => othersOf(all)).toThrow(/onnxruntime-node has no binaries for this platform/);
  expect(await findBinaries(join(scratchFolder(), 'program.js'))).toEqual([]);
});

test('--dry-run shows what would be removed', async () => {
  const { code, out } = await run('slim', '--dry-run');
  expect(code).toBe(0);
  expect(out).toMatch(/webgpu +\S+ +[\d.]+ MiB +kept/);
  expect(out).toMatch(/onnxruntime-node +\S+ +[\d.]+ MiB +to remove/);
  const again = await run('slim', '--dry-run');
  expect(again.out).toBe(out);
});
