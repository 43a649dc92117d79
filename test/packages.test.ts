// Every package, as its users get it: packed, installed alone by npm into an empty project, and its README's
// example run there in Node and in Deno.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun, run } from './support/process.ts';
import { buildAll, install, pack, runtimes } from './support/project.ts';
import { readPromise } from './support/readme.ts';
import { packages } from './support/repository.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-packages-'));
const tarballs = join(scratch, 'tarballs');
const ready = new Map<string, Promise<string>>();

beforeAll(async () => {
  await buildAll();
  mkdirSync(tarballs);
  await Promise.all(packages.map((each) => pack(each, tarballs)));
  // All together; a failure belongs to the tests of its own package.
  for (const each of packages) {
    const promise = prepare(each);
    promise.catch(() => {});
    ready.set(each.name, promise);
  }
  await Promise.allSettled(ready.values());
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function prepare(each: (typeof packages)[number]): Promise<string> {
  const promised = readPromise(each.folder);
  const project = join(scratch, each.name.replace('/', '-'));
  await install(each, project, tarballs, promised.install);
  writeFileSync(join(project, 'example.ts'), promised.program);
  return project;
}

describe.each(packages)('$name', (each) => {
  test('is packed with its declarations, sources, README and licence, and without tests', async () => {
    const file = readdirSync(tarballs).find((name) =>
      name.startsWith(`${each.name.slice(1).replace('/', '-')}-`),
    );
    const { stdout } = await mustRun('tar', ['-tzf', join(tarballs, file ?? 'missing')], { cwd: tarballs });
    const files = stdout.trim().split('\n');
    for (const needed of ['dist/index.js', 'dist/index.d.ts', 'src/index.ts', 'README.md', 'LICENSE'])
      expect(files).toContain(`package/${needed}`);
    expect(files.filter((name) => /\/test\/|\.test\./.test(name))).toEqual([]);
  });

  test.for(Object.entries(runtimes))("runs its README's example in %s", async ([, command]) => {
    const project = await ready.get(each.name)!;
    const [file, args] = command('example.ts');
    const outcome = await run(file, args, { cwd: project });
    expect(outcome.code, outcome.all).toBe(0);
    const { output } = readPromise(each.folder);
    if (output !== undefined) expect(outcome.stdout.trimEnd()).toBe(output.trimEnd());
  });
});
