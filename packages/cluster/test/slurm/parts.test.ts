// What is submitted to Slurm, and what is made of its answers, without Slurm.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { Job } from '../../src/job.ts';
import { afterOk, groupJobs } from '../../src/slurm/arrays.ts';
import { checkSbatch, sbatchOptions } from '../../src/slurm/sbatch-options.ts';
import { Slurm } from '../../src/slurm/slurm.ts';
import { openStore } from '../../src/store/store.ts';

const job = (key: string, parents: string[] = []): Job => ({ key, arguments: [], parents });

describe('options for sbatch', () => {
  test('are split as by a shell, and nothing is expanded', () => {
    const text = String.raw` --partition=gpu -p "a b" --comment='it is $HOME; rm -rf /' -c2 --constraint=x\ y"\"z" `;
    expect(sbatchOptions(text)).toEqual([
      ...['--partition=gpu', '-p', 'a b', '--comment=it is $HOME; rm -rf /', '-c2', '--constraint=x y"z'],
    ]);
    expect(sbatchOptions('')).toEqual([]);
    expect(checkSbatch(sbatchOptions('--array=%8 --exclusive -H -t 1:00'))).toEqual({
      ...{ args: ['--exclusive', '-H', '-t', '1:00'], limit: '%8' },
    });
  });

  test.each([
    ['other.sh', /"other.sh" is not an option/],
    ['--exclusive other.sh', /"other.sh" is not an option/],
    ['--excl other.sh', /"other.sh" is not an option/],
    ['--partition gpu', /"gpu" is not an option of sbatch; write options as --partition=gpu/],
    ['-H other.sh', /"other.sh" is not an option/],
    ['-', /"-" is not an option/],
    ['--', /"--" is not an option/],
    ['--wrap=date', /--wrap cannot be given/],
    ['--array=0-3', /only a limit/],
    ['-a 0-3', /only a limit/],
    ['-a0-3', /only a limit/],
    ['--arr=0-3', /only a limit/],
    ['--dep=afterok:1', /--dependency cannot be given/],
    ['-Jname', /--job-name cannot be given/],
    ['-Ha0-3', /one by one/],
    ['--no-requeue', /--no-requeue cannot be given/],
    ['--comment="open', /a quote is not closed/],
    ["--comment='open", /a quote is not closed/],
    ['--comment=x\\', /a quote is not closed/],
  ])('such as %s are refused', (text, why) => {
    expect(() => sbatchOptions(text)).toThrow(why);
  });
});

test('jobs that wait for the same ones are in one array, which comes after those', () => {
  const jobs = [
    ...[job('d', ['c']), job('a'), job('b'), job('c', ['a', 'live']), job('c2', ['live', 'a', 'done'])],
    job('e', ['done']),
  ];
  const isAwaited = (key: string): boolean => key !== 'done';
  const groups = groupJobs(jobs, isAwaited, 2);
  expect(groups.map((group) => [group.jobs.map(({ key }) => key), group.parents])).toEqual([
    [['a', 'b'], []],
    [['e'], []],
    [
      ['c', 'c2'],
      ['a', 'live'],
    ],
    [['d'], ['c']],
  ]);
  const places = [
    ...[
      { array: '7', task: 1 },
      { array: '7', task: 0 },
      { array: '8', task: 4 },
      { array: '8', task: 2 },
    ],
  ];
  expect(
    afterOk(
      places,
      new Map([
        ['7', 2],
        ['8', 5],
      ]),
    ),
  ).toBe('afterok:7:8_2:8_4');
  expect(afterOk([], new Map())).toBeUndefined();
});

describe('programs of Slurm that answer what they are told', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'scalearn-slurm-parts-'));
  const path = process.env.PATH;
  afterAll(() => {
    process.env.PATH = path;
    rmSync(scratch, { recursive: true });
  });
  const program = (name: string, script: string): void => {
    writeFileSync(join(scratch, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(scratch, name), 0o755);
  };
  const open = async () => {
    process.env.PATH = `${scratch}:/bin:/usr/bin`;
    const store = await openStore(join(scratch, 'store'));
    const jobs = [job('a'), job('b'), job('c', ['a']), job('d', ['c']), job('e'), job('f')];
    await store.arrays.put('plan.1.0', { command: [], sbatch: [], jobs });
    await store.results.commit('e', 'attempt-1', {}, { deviceKind: 'fake' });
    return { store, slurm: new Slurm(store, { plan: 'plan', patience: { limit: 300, first: 5 } }) };
  };

  test('say how tasks ended that its controller forgot, if it keeps accounts', async () => {
    const { slurm } = await open();
    program('squeue', "echo '7|1|RUNNING|None|(null)|plan.1.0'");
    program(
      'sacct',
      "printf '7_0|OUT_OF_MEMORY|plan.1.0\\n7_2|CANCELLED by 1000|plan.1.0\\n7_3|CANCELLED|plan.1.0\\n'",
    );
    const states = await slurm.states();
    expect(Object.fromEntries(states)).toEqual({
      a: { state: 'failed', reason: 'Slurm ended it: out of memory' },
      b: { state: 'running' },
      c: { state: 'cancelled', reason: 'it needs a, which failed' },
      d: { state: 'cancelled', reason: 'it needs a, which failed' },
      e: { state: 'done' },
      f: { state: 'failed', reason: 'Slurm does not know it any more' },
    });
    program('sacct', 'echo Slurm accounting storage is disabled >&2; exit 1');
    expect((await slurm.states()).get('a')).toEqual({
      ...{
        state: 'failed',
        reason: expect.stringMatching(/keeps no accounts \(sacct\) that say how it ended/),
      },
    });
  });

  test('say why they refuse, and are asked again while the controller is away', async () => {
    const { slurm } = await open();
    program(
      'squeue',
      `if [ -e ${scratch}/once ]; then exit 0; fi; touch ${scratch}/once; echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1`,
    );
    program('scontrol', "echo 'MaxArraySize            = 0'");
    await expect(slurm.submit([job('x')])).rejects.toThrow(/^this Slurm allows no job arrays/);
    program('scontrol', "echo 'MaxArraySize            = 10'");
    program('sbatch', "echo 'sbatch: error: Batch job submission failed: Invalid account' >&2; exit 1");
    await expect(slurm.submit([job('x')])).rejects.toMatchObject({
      ...{ name: 'SlurmError', reason: 'refused' },
      message: 'sbatch refused it: Batch job submission failed: Invalid account',
    });
    rmSync(join(scratch, 'sbatch'));
    process.env.PATH = scratch;
    await expect(slurm.submit([job('x')])).rejects.toMatchObject({ reason: 'missing' });
  });
});

test('a submission that is stopped takes back what was submitted', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'scalearn-slurm-stop-'));
  const path = process.env.PATH;
  const log = join(scratch, 'log');
  const scripts = {
    squeue: 'true',
    scontrol: "echo 'MaxArraySize = 10'",
    sbatch: `if [ -e ${log} ]; then echo 'Unable to contact slurm controller' >&2; touch ${log}.2; exit 1; fi; echo sbatch >> ${log}; echo 17`,
    scancel: `echo scancel "$@" >> ${log}`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(scratch, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(scratch, name), 0o755);
  }
  process.env.PATH = `${scratch}:/bin:/usr/bin`;
  try {
    const store = await openStore(join(scratch, 'store'));
    const stop = new AbortController();
    const slurm = new Slurm(store, {
      ...{ plan: 'plan', launch: { command: ['true'], sbatch: [] } },
      patience: { first: 10, signal: stop.signal },
    });
    const submission = slurm.submit([job('a'), job('b', ['a'])]);
    submission.catch(() => {});
    while (!existsSync(`${log}.2`)) await setTimeout(10);
    stop.abort(new Error('stopped'));
    await expect(submission).rejects.toThrow('stopped');
    expect(readFileSync(log, 'utf8')).toBe('sbatch\nscancel 17\n');
    expect((await store.arrays.all()).size).toBe(0);
  } finally {
    process.env.PATH = path;
    rmSync(scratch, { recursive: true });
  }
});

test('a bucket is no store for Slurm', async () => {
  const store = { folder: undefined, where: 's3://runs/x' } as never;
  expect(() => new Slurm(store, { plan: 'x' })).toThrow(
    /^s3:\/\/runs\/x is not a folder; Slurm needs a store in a folder that all nodes share$/,
  );
});
