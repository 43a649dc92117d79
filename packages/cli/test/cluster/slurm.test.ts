// An experiment through a Slurm of one node: its results and its report are those of `scalearn run` alone.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { describeWith } from '../../../cluster/test/support/needs.ts';
import { type SlurmServer, slurmNeed, startSlurm } from '../../../cluster/test/support/slurm.ts';
import { events, must, reportOf, run, start } from '../support/run.ts';
import { modelsIn, tinyExperiment } from '../support/same-runs.ts';

const folder = scratchFolder();
const at = (...names: string[]): string => join(folder, ...names);
const file = at('it\'s a "tiny" one', 'tiny.yaml');
const store = at('a store');
const places = ['--slurm', '--store', store];
const how = ['--device', 'onnx', '--threads', '1', '--json'];

describeWith('an experiment in Slurm', [slurmNeed], () => {
  let server: SlurmServer;
  const before = process.env.SLURM_CONF;
  beforeAll(async () => {
    server = await startSlurm(2);
    process.env.SLURM_CONF = server.environment.SLURM_CONF;
    mkdirSync(join(file, '..'));
    writeFileSync(file, tinyExperiment.replace(', miniglue/mrpc', ''));
  }, 60_000);
  afterAll(() => {
    server.stop();
    if (before === undefined) delete process.env.SLURM_CONF;
    else process.env.SLURM_CONF = before;
  });

  test('gives the results and the report of one machine', { timeout: 240_000 }, async () => {
    const many = ['run', file, '--out', at('many'), ...places];
    const comment = `--comment="it's two words" -c 1`;
    const detached = await must(...many, ...how, '--sbatch', comment, '--detach');
    expect(events(detached)).toMatchObject([{ event: 'submitted', added: { length: 2 }, done: [] }]);
    const running = await must('status', file, ...places, '--json');
    expect(events(running)).toMatchObject([{ counts: { waiting: expect.any(Number) } }]);
    await must('run', file, '--out', at('alone'), ...how);
    const followed = await must(...many, ...how);
    expect(events(followed)[0]).toMatchObject({ event: 'submitted', added: [] });
    expect(events(followed).at(-1)).toMatchObject({ event: 'done', trained: 2 });
    expect(await modelsIn(at('many', 'models'))).toEqual(await modelsIn(at('alone', 'models')));
    const alone = await reportOf(at('alone', 'tiny'));
    expect(await reportOf(at('many', 'tiny'))).toEqual(alone);
    expect(await reportOf('--store', store)).toEqual(alone);
    expect((await must('status', 'tiny', ...places)).out).toBe('2 models: 2 done\n');
    // The arguments of a task that trains one model.
    const record = JSON.parse(readFileSync(at('many', 'tiny', 'experiment.json'), 'utf8')) as {
      runs: { id: string }[];
    };
    const again = await must('work', '--store', store, '--key', record.runs[0]?.id as string, ...how);
    expect(events(again).map(({ event }) => event)).toEqual(['known', 'done']);
  });

  test('names what failed, and what needed it; cancels it; tries it again', { timeout: 60_000 }, async () => {
    const failing = at('failing.yaml');
    writeFileSync(failing, tinyExperiment.replace(', miniglue/mrpc', '').replace('epochs: 2', 'epochs: 3'));
    const submit = ['run', failing, '--out', at('failing'), ...places, '--detach'];
    await must(...submit, '--sbatch', '--hold');
    // A task whose worker does not find its job ends with an error.
    const plan = join(store, 'plans', 'failing.json');
    renameSync(plan, `${plan}.away`);
    const records = readdirSync(join(store, 'slurm')).filter((name) => /^failing.*\.json$/.test(name));
    const names = records.map((name) => name.replace('.json', ''));
    for (const name of names) execFileSync('scontrol', ['release', `jobname=${name}`]);
    const count = (): number => execFileSync('squeue', ['--noheader', `--name=${names.join()}`]).length;
    while (count() > 0) await setTimeout(100);
    renameSync(`${plan}.away`, plan);
    const { out } = await must('status', failing, ...places);
    expect(out).toMatch(/^2 models: 1 failed, 1 cancelled\n/);
    expect(out).toMatch(/ failed +Slurm ended it: failed; it said last: error: there is no job bottleneck-/);
    expect(out).toMatch(/\nscalearn\S+ +cancelled +it needs bottleneck-miniglue-rte-0-\w+, which failed\n/);
    const retried = await must('retry', failing, ...places, '--failed');
    expect(retried.out).toMatch(/^2 jobs added to Slurm, 0 there already, 0 done before\n$/);
    const cancelled = await must('cancel', failing, ...places);
    expect(cancelled.out).toBe('2 models cancelled\n');
    expect((await must('status', failing, ...places)).out).toMatch(/^2 models: 2 cancelled\n/);
  });

  test('says what is missing', { timeout: 60_000 }, async () => {
    const said = async (...args: string[]): Promise<string> => {
      const { code, err } = await run(...args);
      expect([1, 2]).toContain(code);
      expect(err.split('\n')).toHaveLength(2);
      return err;
    };
    expect(await said('run', file, '--slurm')).toContain('--slurm and --store belong together');
    expect(await said('run', file, '--sbatch', '-c 1')).toContain('give --slurm too');
    const quietly = ['run', file, '--json'];
    const code = async (...args: string[]): Promise<unknown> => events(await run(...quietly, ...args)).at(-1);
    expect(await code(...places, '--sbatch', '--wrap=date')).toMatchObject({
      message: expect.stringContaining('--wrap cannot be given'),
    });
    expect(await code('--slurm', '--store', 's3://bucket/x')).toMatchObject({
      message: expect.stringContaining('Slurm needs a store in a folder'),
    });
    const nowhere = await start(['status', 'tiny', ...places], 'node', { ...process.env, PATH: '' }).ended;
    expect(nowhere).toMatchObject({
      code: 1,
      err: expect.stringMatching(/there is no squeue on this machine/),
    });
  });
});
