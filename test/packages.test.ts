// Tests every package as users get it: packed, installed alone by npm into an empty project, with its README's example
// run in Node and in Deno. Then tests all packages in one project, with the repository's README and the examples.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesNeed } from './support/example.ts';
import { exampleOutputs, expectTransfer } from './support/example-outputs.ts';
import { compiled, installNodes, oldNodesNeed } from './support/old-node.ts';
import { mustRun, run } from './support/process.ts';
import { install, installAll, packAll, runtimes } from './support/project.ts';
import { readPromise } from './support/readme.ts';
import { entriesOf, packages, root } from './support/repository.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-packages-'));
const tarballs = join(scratch, 'tarballs');
const ready = new Map<string, Promise<string>>();

beforeAll(async () => {
  await packAll(tarballs);
  // Prepares all packages in parallel. A failure is reported by the tests of its package.
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
  test('is packed with its declarations, sources, README and license, and without tests', async () => {
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

describe('all packages in one project', () => {
  const project = join(scratch, 'all');
  const env = { SCALEARN_DEVICE: 'onnx' };
  let nodes: ReadonlyMap<number, string> = new Map();

  beforeAll(async () => {
    await installAll(project, tarballs);
    const { program } = readPromise(root);
    // `npm init` makes a project whose .js and .ts files are not modules.
    writeFileSync(join(project, 'readme.mts'), program);
    writeFileSync(join(project, 'readme.mjs'), compiled(program));
    for (const name of readdirSync(join(root, 'examples')))
      cpSync(join(root, 'examples', name), join(project, name), { recursive: true });
    // Dependencies of the page's own package.json, in the versions of this repository.
    for (const name of ['vite', 'onnxruntime-web'])
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    if (!oldNodesNeed) nodes = await installNodes(join(scratch, 'nodes'));
  });

  test.for([20, 22, 24])(
    'the command, and the program of the README, run in Node %i',
    async (major, context) => {
      if (oldNodesNeed) return context.skip(oldNodesNeed);
      const node = nodes.get(major)!;
      const help = await mustRun(node, ['node_modules/@scalearn/cli/dist/bin.js', '--help'], {
        cwd: project,
      });
      expect(help.stdout).toContain('scalearn');
      if (examplesNeed) return context.skip(examplesNeed);
      const { stdout } = await mustRun(node, [major < 24 ? 'readme.mjs' : 'readme.mts'], {
        cwd: project,
        env,
      });
      expect(stdout).toContain('accuracy');
    },
  );

  test('every declaration compiles without those of the DOM', async () => {
    const entries = packages.flatMap(entriesOf).map(({ name }, i) => `export * as e${i} from '${name}';\n`);
    writeFileSync(join(project, 'declarations.mts'), entries.join(''));
    const compilerOptions = {
      ...{ module: 'NodeNext', lib: ['ES2023'], types: ['node'], strict: true },
      ...{ noEmit: true, skipLibCheck: false },
    };
    const config = { compilerOptions, files: ['declarations.mts'] };
    writeFileSync(join(project, 'declarations.json'), JSON.stringify(config));
    mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
    symlinkSync(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'));
    const tsc = join(root, 'node_modules/.bin/tsc');
    const outcome = await run(tsc, ['-p', 'declarations.json'], { cwd: project });
    expect(outcome.code, outcome.all).toBe(0);
  });

  test('the program of the README runs in Deno', async (context) => {
    if (examplesNeed) return context.skip(examplesNeed);
    const [file, args] = runtimes.Deno!('readme.mts');
    const { stdout } = await mustRun(file, args, { cwd: project, env });
    expect(stdout).toContain('accuracy');
  });

  test.for(Object.entries(exampleOutputs))('%s runs', async ([name, expectOutput], context) => {
    if (examplesNeed) return context.skip(examplesNeed);
    const [file, args] = runtimes.Node!('main.ts');
    const { stdout } = await mustRun(file, args, { cwd: join(project, name), env });
    expectOutput(stdout, join(project, name));
  });

  test('the command takes the method that custom-method adds, in its folder', async (context) => {
    if (examplesNeed) return context.skip(examplesNeed);
    const cwd = join(project, 'custom-method');
    const [node] = runtimes.Node!('main.ts');
    const command = join(project, 'node_modules/@scalearn/cli/dist/bin.js');
    const scalearn = (...args: string[]) => mustRun(node, [command, ...args], { cwd, env });
    expect((await scalearn('methods', 'gated-sum')).stdout).toContain('Gated sum (gated-sum)');
    const rows = ['--limit', '32', '--eval-limit', '32', '--epochs', '1', '--quiet'];
    await scalearn('train', '--task', 'miniglue/cola', '--out', 'runs/cola', ...rows);
    const gated = ['--method', 'gated-sum', '--sources', 'runs/cola'];
    await scalearn('train', '--task', 'miniglue/rte', '--out', 'runs/rte', ...gated, ...rows);
    const { stdout } = await scalearn('evaluate', '--model', 'runs/rte', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      method: 'gated-sum',
      metrics: { accuracy: expect.any(Number) },
    });
  });

  test('a configuration in TypeScript is refused by a Node that does not run it', async (context) => {
    if (oldNodesNeed) return context.skip(oldNodesNeed);
    const cwd = join(project, 'custom-method');
    const command = join(project, 'node_modules/@scalearn/cli/dist/bin.js');
    const outcome = await run(nodes.get(20)!, [command, 'methods'], { cwd });
    expect(outcome.all).toContain('use Node 22.18 or newer, or write it as scalearn.config.js');
  });

  test('quickstart-deno runs with the permissions it names', async (context) => {
    if (examplesNeed) return context.skip(examplesNeed);
    const start: string = readTask(join(project, 'quickstart-deno/deno.json'));
    const [deno, ...args] = start.split(' ');
    expect(deno).toBe('deno');
    const [file] = runtimes.Deno!('main.ts');
    const manual = ['run', '--no-lock', '--node-modules-dir=manual', '--no-config'];
    cpSync(join(project, 'quickstart-deno/main.ts'), join(project, 'main.ts'));
    const texts = ['Emma sold the piano on Monday.', 'The piano was sold by Emma.'];
    const { stdout } = await mustRun(file, [...manual, ...args.slice(1), ...texts], { cwd: project, env });
    expectTransfer(stdout);
    expect(stdout).toContain(`${texts.join(' / ')} -> entailment`);
  });

  test('browser-train builds', async (context) => {
    if (examplesNeed) return context.skip(examplesNeed);
    await build({ root: join(project, 'browser-train'), logLevel: 'error' });
    expect(readdirSync(join(project, 'browser-train/dist'))).toEqual(
      expect.arrayContaining(['index.html', 'assets', 'mini']),
    );
  });
});

const readTask = (file: string): string => JSON.parse(readFileSync(file, 'utf8')).tasks.start;
