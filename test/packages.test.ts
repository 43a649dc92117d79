// Tests the release: packs every package, publishes them to a registry on this machine, and installs each by name into an
// empty project, with its README's example run in Node and in Deno. Then tests all packages in one project, with the
// repository's README and the examples.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
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
import {
  createProject,
  npmEnvironment,
  npmInstall,
  packAll,
  pinned,
  pnpmInstall,
  runtimes,
} from './support/project.ts';
import { readPromise } from './support/readme.ts';
import { type Registry, startRegistry } from './support/registry.ts';
import { entriesOf, libraries, type Package, packages, root } from './support/repository.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-packages-'));
const tarballs = join(scratch, 'tarballs');
const ready = new Map<string, Promise<string>>();
/** Installed by npm; the others by pnpm, which is faster and lets a package find only the dependencies that it declares. */
const byNpm = '@scalearn/report';
let registry: Registry;
let released = '';

beforeAll(async () => {
  [registry] = await Promise.all([startRegistry(scratch), packAll(tarballs)]);
  released = await registry.publish(tarballs);
  // Prepares all packages in parallel. A failure is reported by the tests of its package.
  for (const each of libraries) {
    const promise = prepare(each);
    promise.catch(() => {});
    ready.set(each.name, promise);
  }
  await Promise.allSettled(ready.values());
});

afterAll(async () => {
  await registry.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function prepare({ name, folder }: Package): Promise<string> {
  const { install, program } = readPromise(folder);
  const project = join(scratch, name.replace('/', '-'));
  createProject(project, registry.url, { type: 'module' });
  const names = pinned([...new Set([name, ...install])]);
  // Optional dependencies are large and not required.
  if (name === byNpm) await npmInstall(project, ['--omit=optional', ...names]);
  else await pnpmInstall(project, ['--no-optional', ...names]);
  writeFileSync(join(project, 'example.ts'), program);
  return project;
}

const tarballOf = ({ name, manifest }: Pick<Package, 'name' | 'manifest'>): string =>
  `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;

describe.each(packages)('$name', ({ name, manifest }) => {
  test('is packed with its code, README and license, and without tests', async () => {
    const { stdout } = await mustRun('tar', ['-tzf', tarballOf({ name, manifest })], { cwd: tarballs });
    const files = stdout.trim().split('\n');
    const code = manifest.exports?.['.'] ? ['dist/index.js', 'dist/index.d.ts', 'src/index.ts'] : [];
    const commands = Object.values(manifest.bin ?? {}).map((path) => path.replace('./', ''));
    for (const needed of [...code, ...commands, 'README.md', 'LICENSE'])
      expect(files).toContain(`package/${needed}`);
    expect(files.filter((path) => /\/test\/|\.test\./.test(path))).toEqual([]);
  });

  test('is published after the packages that it needs', () => {
    const at = (each: string): number => released.indexOf(`${each}@${manifest.version}: published`);
    expect(at(name)).toBeGreaterThanOrEqual(0);
    for (const needed of Object.keys(manifest.dependencies ?? {}))
      if (packages.some((each) => each.name === needed)) expect(at(needed), needed).toBeLessThan(at(name));
  });
});

describe.each(libraries)('$name', (each) => {
  test.for(Object.entries(runtimes))("runs its README's example in %s", async ([, command]) => {
    const project = await ready.get(each.name)!;
    const [file, args] = command('example.ts');
    const outcome = await run(file, args, { cwd: project });
    expect(outcome.code, outcome.all).toBe(0);
    const { output } = readPromise(each.folder);
    if (output !== undefined) expect(outcome.stdout.trimEnd()).toBe(output.trimEnd());
  });
});

describe('a release', () => {
  const again = join(scratch, 'again');
  const pair = ['@scalearn/evaluation', '@scalearn/report'];
  beforeAll(() => {
    mkdirSync(again);
    for (const each of packages.filter(({ name }) => pair.includes(name)))
      cpSync(join(tarballs, tarballOf(each)), join(again, tarballOf(each)));
  });

  test('leaves versions as they are that the registry has', async () => {
    const lines = (await registry.publish(again)).trim().split('\n');
    expect(lines.map((line) => line.replace(/@[\d.]+:/, ''))).toEqual(
      pair.map((name) => `${name} was there already`),
    );
  });

  test('fails if the registry does, before the packages that need what was not published', async () => {
    const env = {
      ...npmEnvironment,
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
    };
    const script = join(root, 'scripts/publish.mjs');
    const outcome = await run(process.execPath, [script, again], { cwd: again, env });
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.all).toContain('scalearn-evaluation');
    expect(outcome.all).not.toContain('scalearn-report');
  });
});

test('npx starts the command by its short name, in any folder', async () => {
  const cwd = join(scratch, 'npx');
  mkdirSync(cwd);
  const env = {
    ...npmEnvironment,
    npm_config_registry: registry.url,
    npm_config_cache: join(scratch, 'npx-cache'),
    npm_config_omit: 'optional',
  };
  const { stdout } = await mustRun('npx', ['--yes', 'scalearn', 'methods', 'scalearn'], { cwd, env });
  expect(stdout).toContain('ScaLearn (scalearn)');
});

test('Deno runs a package by its name, without npm', async () => {
  const name = '@scalearn/report';
  const { program, output } = readPromise(join(root, 'packages/report'));
  const cwd = join(scratch, 'deno');
  mkdirSync(cwd);
  writeFileSync(join(cwd, '.npmrc'), `@scalearn:registry=${registry.url}\n`);
  writeFileSync(join(cwd, 'deno.json'), JSON.stringify({ imports: { [name]: `npm:${name}` } }));
  writeFileSync(join(cwd, 'example.ts'), program);
  const [deno] = runtimes.Deno!('example.ts');
  // By default Deno takes nothing that was published today.
  const args = ['run', '-A', '--no-lock', '--minimum-dependency-age=0', 'example.ts'];
  const { stdout } = await mustRun(deno, args, { cwd, env: { DENO_DIR: join(scratch, 'deno-cache') } });
  expect(stdout.trimEnd()).toBe(output?.trimEnd());
});

describe('all packages in one project', () => {
  const project = join(scratch, 'all');
  const env = { SCALEARN_DEVICE: 'onnx' };
  let nodes: ReadonlyMap<number, string> = new Map();

  beforeAll(async () => {
    // `npm init` makes a project whose .js and .ts files are not modules.
    createProject(project, registry.url, { type: 'commonjs' });
    await npmInstall(
      project,
      libraries.map(({ name }) => name),
    );
    const { program } = readPromise(root);
    writeFileSync(join(project, 'readme.mts'), program);
    writeFileSync(join(project, 'readme.mjs'), compiled(program));
    for (const name of readdirSync(join(root, 'examples')))
      cpSync(join(root, 'examples', name), join(project, name), { recursive: true });
    // Dependencies of the page's own package.json, in the versions of this repository.
    for (const name of ['vite', 'onnxruntime-web', 'fflate'])
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    if (!oldNodesNeed) nodes = await installNodes(join(scratch, 'nodes'));
  });

  test('is no larger than its documentation says, and slim leaves what this system needs', async () => {
    const size = (): number => bytesIn(join(project, 'node_modules')) / 1e6;
    expect(size()).toBeLessThan(500);
    const [node] = runtimes.Node!('');
    const command = join(project, 'node_modules/@scalearn/cli/dist/bin.js');
    const { stdout } = await mustRun(node, [command, 'slim'], { cwd: project });
    expect(stdout).toContain('removed');
    expect(size()).toBeLessThan(200);
    // The tests below run in what is left.
    const { stdout: again } = await mustRun(node, [command, 'slim'], { cwd: project });
    expect(again).toBe('There is nothing to remove.\n');
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
    // A command's entry exports nothing.
    const modules = packages.flatMap(entriesOf).filter(({ name }) => !name.endsWith('/bin'));
    const entries = modules.map(({ name }, i) => `export * as e${i} from '${name}';\n`);
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

/** Returns the bytes of the files in a folder, links left out. */
function bytesIn(folder: string): number {
  const sizes = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return bytesIn(path);
    return entry.isFile() ? statSync(path).size : 0;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

const readTask = (file: string): string => JSON.parse(readFileSync(file, 'utf8')).tasks.start;
