import { createHash } from 'node:crypto';
import { cpSync, type Dirent, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { isTemporary } from '../../packages/cli/src/folders/names.ts';
import { type Outcome, run } from '../../packages/cli/test/support/run.ts';
import { type Fault, watchFiles } from './file-system.ts';

/** What a command writes, and where. */
export interface Scene {
  /** Folder in which nothing else is. */
  readonly root: string;
  /** What is there before, copied; nothing by default. */
  readonly before?: string | undefined;
  readonly command: readonly string[];
  /** The command that goes on where the first was stopped; the same by default. */
  readonly again?: readonly string[];
}

/**
 * Digests of all files below a folder; of `run.json`, what does not tell of time. Without locks, which have tests of their
 * own, and what is left in a folder that no command has for itself, which goes in a day.
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

/** Puts there what is there before. */
export function prepare({ root, before }: Scene): void {
  rmSync(root, { recursive: true, force: true });
  if (before !== undefined) cpSync(before, root, { recursive: true });
}

/** Does it all undisturbed. @returns the operations, and the bytes in the end */
export async function undisturbed(
  scene: Scene,
): Promise<{ readonly log: readonly string[]; readonly bytes: object }> {
  prepare(scene);
  const watch = watchFiles(scene.root);
  const outcome = await run(...scene.command).finally(() => watch.end());
  expect(outcome.code, outcome.err).toBe(0);
  return { log: watch.log, bytes: bytesOf(scene.root) };
}

/** What became of a fault. */
export type Result = 'as if nothing was' | 'failed, and mended' | 'stopped, and mended';

/** Runs the command with a fault, and leaves the folder as it then is. */
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
 * Runs the command with a fault, and what goes on after it.
 *
 * @throws where the bytes are not those of the undisturbed run in the end, or something is not said as it should be
 */
export async function disturbAndMend(
  scene: Scene,
  at: number,
  [kind, code]: readonly [Fault['kind'], string],
  bytes: object,
): Promise<Result> {
  const outcome = await disturb(scene, at, kind, code);
  if (outcome !== 'stopped' && outcome.code === 0) {
    // What could not be removed is left to the next command, and seen by nobody.
    const found = Object.entries(bytesOf(scene.root)).filter(([path]) => !isTemporary(basename(path)));
    expect(Object.fromEntries(found)).toEqual(bytes);
    return 'as if nothing was';
  }
  if (outcome !== 'stopped') checkError(outcome);
  await mend(scene, bytes);
  return outcome === 'stopped' ? 'stopped, and mended' : 'failed, and mended';
}

/** The same command, and the one that it advises. */
export async function mend(scene: Scene, bytes: object): Promise<void> {
  let next = await run(...scene.command);
  if (next.code === 2) {
    expect(next.err).toMatch(/--(resume|overwrite)/);
    next = await run(...(scene.again ?? scene.command));
  }
  expect(next.code, next.err).toBe(0);
  expect(bytesOf(scene.root)).toEqual(bytes);
}

/** A failure is one sentence, or two, with its reason. */
function checkError({ code, err }: Outcome): void {
  expect(code, err).toBe(1);
  const lines = err.trimEnd().split('\n');
  const errors = lines.filter((line) => line.startsWith('error: '));
  expect(errors, err).toHaveLength(1);
  expect(lines.at(-1)).toBe(errors[0]);
  expect(err).not.toContain('this is a bug');
  expect(err).not.toContain('made to fail');
}

/** What ran in this process holds its locks as if it lived: after this, as if it had been a process of its own. */
function buryLocks(root: string): void {
  if (!existsSync(root)) return;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.includes('.lock')) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/"pid":\d+/, `"pid":${2 ** 30}`));
  }
}
