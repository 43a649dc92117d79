import { createHash } from 'node:crypto';
import { cpSync, type Dirent, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { type Outcome, run } from '../../packages/cli/test/support/run.ts';
import { isTemporary } from '../../packages/experiments/src/folders/names.ts';
import { type Fault, watchFiles } from './file-system.ts';

/** A command, and where it writes. */
export interface Scene {
  /** Folder that holds nothing else. */
  readonly root: string;
  /** Files that exist before and are copied; default none. */
  readonly before?: string | undefined;
  readonly command: readonly string[];
  /** The command that continues where the first was stopped; default the same command. */
  readonly again?: readonly string[];
}

/**
 * Returns digests of all files below a folder. Times in `run.json` are left out, and so are locks, which have their own
 * tests, and temporary files in shared folders, which are removed after a day.
 */
function bytesOf(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const isOurs = ({ name, parentPath }: Dirent): boolean =>
    /^\..+\.lock/.test(name) || (parentPath === root && isTemporary(name));
  const files = entries.filter((entry) => !entry.isDirectory() && !isOurs(entry));
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.sort().map((path) => {
      const content = path.endsWith('run.json') ? withoutTime(path) : readFileSync(path);
      return [path.slice(root.length + 1), createHash('sha256').update(content).digest('hex')];
    }),
  );
}

function withoutTime(path: string): string {
  const { seconds: _, tokensPerSecond: __, ...run } = JSON.parse(readFileSync(path, 'utf8'));
  return JSON.stringify(run);
}

/** Copies the files that exist before. */
export function prepare({ root, before }: Scene): void {
  rmSync(root, { recursive: true, force: true });
  if (before !== undefined) cpSync(before, root, { recursive: true });
}

/** Runs everything undisturbed. @returns the operations, and the final bytes */
export async function undisturbed(
  scene: Scene,
): Promise<{ readonly log: readonly string[]; readonly bytes: object }> {
  prepare(scene);
  const watch = watchFiles(scene.root);
  const outcome = await run(...scene.command).finally(() => watch.end());
  expect(outcome.code, outcome.err).toBe(0);
  return { log: watch.log, bytes: bytesOf(scene.root) };
}

/** The outcome of a fault. */
export type Result = 'as if nothing was' | 'failed, and mended' | 'stopped, and mended';

/** Runs the command with a fault, and leaves the folder in the resulting state. */
export async function disturb(
  scene: Scene,
  at: number,
  kind: Fault['kind'],
  code: string,
): Promise<Outcome | 'stopped'> {
  prepare(scene);
  let stopped: () => void = () => {};
  const stop = new Promise<'stopped'>((resolve) => {
    stopped = () => resolve('stopped');
  });
  const watch = watchFiles(scene.root, at, kind === 'stop' ? { kind, stopped } : { kind, code });
  const outcome = await Promise.race([run(...scene.command), stop]).finally(() => watch.end());
  buryLocks(scene.root);
  return outcome;
}

/**
 * Runs the command with a fault, and then the command that continues.
 *
 * @throws if the final bytes differ from those of the undisturbed run, or a message is missing or wrong
 */
export async function disturbAndMend(
  scene: Scene,
  at: number,
  [kind, code]: readonly [Fault['kind'], string],
  bytes: object,
): Promise<Result> {
  const outcome = await disturb(scene, at, kind, code);
  if (outcome !== 'stopped' && outcome.code === 0) {
    // Files that could not be removed are left to the next command. They are not visible to users.
    const found = Object.entries(bytesOf(scene.root)).filter(([path]) => !isTemporary(basename(path)));
    expect(Object.fromEntries(found)).toEqual(bytes);
    return 'as if nothing was';
  }
  if (outcome !== 'stopped') checkError(outcome);
  await mend(scene, bytes);
  return outcome === 'stopped' ? 'stopped, and mended' : 'failed, and mended';
}

/** Runs the same command, then the one that it advises, and checks the final bytes. */
export async function mend(scene: Scene, bytes: object): Promise<void> {
  let next = await run(...scene.command);
  if (next.code === 2) {
    expect(next.err).toMatch(/--(resume|overwrite)/);
    next = await run(...(scene.again ?? scene.command));
  }
  expect(next.code, next.err).toBe(0);
  expect(bytesOf(scene.root)).toEqual(bytes);
}

/** Checks that a failure is one or two sentences with a reason. */
function checkError({ code, err }: Outcome): void {
  expect(code, err).toBe(1);
  const lines = err.trimEnd().split('\n');
  const errors = lines.filter((line) => line.startsWith('error: '));
  expect(errors, err).toHaveLength(1);
  expect(lines.at(-1)).toBe(errors[0]);
  expect(err).not.toContain('this is a bug');
  expect(err).not.toContain('made to fail');
}

/** Releases the locks of code that ran in this process, as if it had been a separate process that ended. */
function buryLocks(root: string): void {
  if (!existsSync(root)) return;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.includes('.lock')) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/"pid":\d+/, `"pid":${2 ** 30}`));
  }
}
