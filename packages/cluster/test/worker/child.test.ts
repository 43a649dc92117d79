// Trainings in child processes: how they end, and how they are ended.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { InterruptedError, JobError } from '../../src/errors.ts';
import { trainInChild } from '../../src/worker/child.ts';
import type { WorkFolder } from '../../src/worker/train.ts';
import { describeWith } from '../support/needs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-child-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const job = { key: 'a', arguments: ["'; touch evil; '", '$(touch evil)'], parents: [] };

function folder(): WorkFolder {
  const path = mkdtempSync(join(scratch, 'work-'));
  mkdirSync(join(path, 'out'));
  return { path, out: join(path, 'out'), parents: new Map() };
}

/** Runs a program of one line. */
async function run(
  program: string,
  { signal = new AbortController().signal, grace = 5000, at = folder() } = {},
) {
  const checkpoints: (readonly string[])[] = [];
  let output = '';
  const train = trainInChild({
    command: ({ arguments: args }) => [process.execPath, '--input-type=module', '-e', program, ...args],
    record: async () => ({ deviceKind: 'fake' }),
    checkpoint: 'checkpoint',
    look: 10,
    grace,
  });
  const result = await train(job, at, {
    signal,
    onCheckpoint: (names) => void checkpoints.push(names),
    onOutput: (text) => {
      output += text;
    },
  }).catch((error: unknown) => error);
  return { result, checkpoints, output };
}

describeWith('a training in a child process', [], () => {
  test('succeeds, with its output, and no shell reads its arguments', async () => {
    const at = folder();
    const { result, output } = await run('console.log(process.argv.slice(1)); console.error("note")', { at });
    expect(result).toEqual({ deviceKind: 'fake' });
    expect(output).toContain('$(touch evil)');
    expect(output).toContain('note');
    expect(existsSync(join(at.path, 'evil'))).toBe(false);
  });

  test('each new checkpoint is told, also the last one; not one that was there', async () => {
    const write = (text: string) =>
      `fs.writeFileSync('out/c', '${text}'); fs.renameSync('out/c', 'out/checkpoint');`;
    const pause = 'await new Promise((resolve) => setTimeout(resolve, 200));';
    const at = folder();
    const program = `import fs from 'node:fs'; ${pause} ${write('1')} ${pause} ${write('22')}`;
    expect((await run(program, { at })).checkpoints).toEqual([['checkpoint'], ['checkpoint']]);
    expect((await run('', { at })).checkpoints).toEqual([]);
  });

  test('exit code 2 and a program that is missing fail the job; other ends are tried again', async () => {
    const wrong = await run('console.error("error: no such task"); process.exit(2)');
    expect(wrong.result).toBeInstanceOf(JobError);
    expect(wrong.result).toMatchObject({ message: expect.stringContaining('error: no such task') });
    const broken = await run('process.exit(1)');
    expect(broken.result).not.toBeInstanceOf(JobError);
    expect(broken.result).toMatchObject({ message: 'the training ended with exit code 1' });
    expect((await run('process.kill(process.pid, "SIGKILL")')).result).toMatchObject({
      message: 'the training ended with SIGKILL',
    });
    const train = trainInChild({
      command: () => [join(scratch, 'absent')],
      record: async () => ({ deviceKind: 'fake' }),
      checkpoint: 'c',
    });
    const options = { signal: new AbortController().signal, onCheckpoint: () => {}, onOutput: () => {} };
    await expect(train(job, folder(), options)).rejects.toThrow(JobError);
  });

  test('is asked to stop, and killed if it does not', async () => {
    const forever = 'setInterval(() => {}, 1000); console.log("ready");';
    const stop = async (program: string, grace: number) => {
      const controller = new AbortController();
      const running = run(program, { signal: controller.signal, grace });
      await setTimeout(700);
      controller.abort();
      const began = performance.now();
      return { ...(await running), seconds: (performance.now() - began) / 1000 };
    };
    const polite = await stop(
      `process.on('SIGTERM', () => { console.log('saved'); process.exit(130); }); ${forever}`,
      30_000,
    );
    expect(polite.result).toBeInstanceOf(InterruptedError);
    expect(polite.output).toContain('saved');
    const deaf = await stop(`process.on('SIGTERM', () => {}); ${forever}`, 300);
    expect(deaf.result).toBeInstanceOf(InterruptedError);
    expect(deaf.seconds).toBeLessThan(20);
    // One that ended well nevertheless has a result.
    const done = await stop(`process.on('SIGTERM', () => process.exit(0)); ${forever}`, 30_000);
    expect(done.result).toEqual({ deviceKind: 'fake' });
  });
});
