// The scripts behind `npm start` and `npm test`, run by the Node that this test runs in.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from './support/process.ts';
import { root } from './support/repository.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-bootstrap-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const script = (name: string) => join(root, 'scripts/bootstrap', name);

/** A program that imports `run` and uses it to run another Node program. */
const wrapped = (program: string) => [
  '--input-type=module',
  '--eval',
  `import { run } from ${JSON.stringify(script('run.mjs'))};
   process.exitCode = await run(process.execPath, ['--eval', ${JSON.stringify(program)}]);`,
];

describe('a program run in the foreground', () => {
  test('hands its exit code and its output through', async () => {
    const outcome = await run(process.execPath, wrapped('console.log(6 * 7); process.exit(3)'), {
      cwd: scratch,
    });
    expect(outcome).toMatchObject({ code: 3, stdout: '42\n' });
  });

  const answering = `
    let times = 0;
    process.on('SIGINT', () => { if (++times === 1) setTimeout(() => { console.log(times); process.exit(130); }, 300); });
    setInterval(() => {}, 1000);
    console.log('ready');`;

  test('answers an interrupt itself, and gets a repeated one once', async () => {
    const { child, output } = await started(wrapped(answering));
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(output()).toBe('ready\n1\n');
  });

  test('takes its parent along when a signal kills it', async () => {
    const { child } = await started(wrapped("setInterval(() => {}, 1000); console.log('ready')"));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });

  async function started(args: string[]): Promise<{ child: ChildProcess; output: () => string }> {
    const child = spawn(process.execPath, args, { cwd: scratch, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await once(child.stdout, 'data');
    return { child, output: () => text };
  }
});

describe('the lock around an install', () => {
  interface Lock {
    withLock<T>(file: string, work: () => Promise<T>): Promise<T>;
  }
  const load = (): Promise<Lock> => import(script('lock.mjs'));

  test('lets one in at a time', async () => {
    const { withLock } = await load();
    const file = join(scratch, 'busy.lock');
    const events: string[] = [];
    const enter = (name: string) =>
      withLock(file, async () => {
        events.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        events.push(`${name} out`);
      });
    await Promise.all([enter('a'), enter('b')]);
    expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
    expect(existsSync(file)).toBe(false);
  });

  test('is taken over from a holder that died', async () => {
    const { withLock } = await load();
    const file = join(scratch, 'stale.lock');
    const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(dead, 'exit');
    writeFileSync(file, String(dead.pid));
    expect(await withLock(file, async () => 'done')).toBe('done');
  });
});

describe('the closing line of the tests', () => {
  /** Runs vitest with the counter on one test file with the given text. */
  async function closing(text: string): Promise<string> {
    const folder = mkdtempSync(join(root, 'node_modules/.scalearn-counter-'));
    try {
      writeFileSync(join(folder, 'sample.test.ts'), `import { test } from 'vitest';\n${text}`);
      writeFileSync(join(folder, 'vitest.config.ts'), "export default { test: { include: ['*.test.ts'] } };");
      const counted = join(folder, 'counts.json');
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const reporter = `--reporter=${script('counter.mjs')}`;
      const { code } = await run(process.execPath, [vitest, 'run', reporter, '--root', folder], {
        cwd: folder,
        env: { SCALEARN_TEST_COUNTS: counted },
      });
      const { closingLine, readCounts } = await import(script('summary.mjs'));
      return closingLine(readCounts(counted, code));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const good = "test('good', () => {});";
  const bad = "test('bad', () => { throw new Error('bad'); });";

  test.for([
    ['tests', `${good} test('better', () => {});`, '2 passed, 0 failed'],
    ['failed tests', `${good} ${bad}`, '1 passed, 1 failed'],
    [
      'skipped tests',
      `${good} test.skip('later', () => {}); test.todo('one day');`,
      '1 passed, 0 failed, 2 skipped',
    ],
    ['a file that cannot be loaded as a failure', "import './nowhere.ts';", '0 passed, 1 failed'],
    [
      'an error outside all tests as a failure',
      `${good} setTimeout(() => { throw new Error('late'); });
      test('slow', () => new Promise((done) => setTimeout(done, 200)));`,
      '2 passed, 1 failed',
    ],
  ] as const)('counts %s', async ([, text, line]) => {
    expect(await closing(text)).toBe(line);
  });

  test('never calls a failed run good', async () => {
    const { closingLine, readCounts } = await import(script('summary.mjs'));
    const file = join(scratch, 'counts.json');
    expect(closingLine(readCounts(file, 0))).toBe('0 passed, 1 failed');
    writeFileSync(file, JSON.stringify({ passed: 3, failed: 0, skipped: 0 }));
    expect(closingLine(readCounts(file, 1))).toBe('3 passed, 1 failed');
    expect(closingLine(readCounts(file, 0))).toBe('3 passed, 0 failed');
  });
});

test('an unknown task is a usage error, on standard error', async () => {
  const outcome = await run(process.execPath, [join(root, 'scripts/bootstrap.mjs'), 'dance'], {
    cwd: scratch,
  });
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome.all).toContain('start|test|bench|fuzz|faults|pack|sbom|install');
});
