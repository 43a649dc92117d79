// An experiment by several workers, one of which is killed: its results and its report are those of `scalearn run` alone.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type ExperimentIndex, readRunFile } from '@scalearn/experiments';
import { comparedRun } from '@scalearn/experiments/runs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import {
  type BucketServer,
  bucketEnvironment,
  bucketNeed,
  startBucketServer,
} from '../../../cluster/test/support/bucket-server.ts';
import { type Database, databaseNeed, startDatabase } from '../../../cluster/test/support/database.ts';
import { describeWith } from '../../../cluster/test/support/needs.ts';
import { events, must, type Running, reportOf, run, start } from '../support/run.ts';
import { modelsIn, tinyExperiment } from '../support/same-runs.ts';

const folder = scratchFolder();
const at = (...names: string[]): string => join(folder, ...names);
const file = at('tiny.yaml');
const index = (out: string): ExperimentIndex =>
  JSON.parse(readFileSync(at(out, 'tiny', 'experiment.json'), 'utf8')) as ExperimentIndex;

// Jobs of a worker that is killed go to others after this many seconds; 10 without it.
process.env.SCALEARN_TEST_HEARTBEAT = '3';

describeWith('an experiment on many machines', [databaseNeed, bucketNeed], () => {
  let database: Database;
  let bucket: BucketServer;
  const workers: Running[] = [];
  const environment = { ...process.env };
  beforeAll(async () => {
    database = await startDatabase();
    bucket = await startBucketServer();
    await bucket.createBucket('runs');
    Object.assign(process.env, bucketEnvironment(bucket.url));
    writeFileSync(file, tinyExperiment);
  });
  afterAll(async () => {
    for (const worker of workers) worker.process.kill('SIGKILL');
    for (const name of Object.keys(bucketEnvironment(''))) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    await bucket.stop();
    database.stop();
  });
  const work = (places: string[], ...more: string[]): Running => {
    const worker = start(['work', ...places, '--device', 'onnx', '--threads', '1', '--json', ...more]);
    workers.push(worker);
    return worker;
  };
  const placesOf = (name: string): string[] => [
    // One of the stores is a bucket.
    ...[
      '--queue',
      database.create(name),
      '--store',
      name === 'grid' ? 's3://runs/grid' : at(`${name}-store`),
    ],
  ];

  test('gives the results and the report of one machine, though a worker is killed', {
    timeout: 240_000,
  }, async () => {
    const places = placesOf('grid');
    await must('run', file, '--out', at('alone'), '--device', 'onnx', '--threads', '1', '--json');
    const detached = await must('run', file, '--out', at('many'), ...places, '--json', '--detach');
    expect(events(detached)).toMatchObject([{ event: 'submitted', added: { length: 3 }, done: [] }]);
    const victim = work(places);
    await victim.printed('"event":"start"');
    victim.process.kill('SIGKILL');
    const other = work(places, '--until-empty');
    const followed = await must('run', file, '--out', at('many'), ...places, '--json');
    expect(events(followed).at(-1)).toMatchObject({ event: 'done', trained: 3 });
    const ended = await other.ended;
    expect(ended.code, ended.err).toBe(0);
    expect(events(ended).at(-1)).toEqual({ event: 'done', trained: 3, failed: 0 });

    expect(await modelsIn(at('many', 'models'))).toEqual(await modelsIn(at('alone', 'models')));
    expect(index('many')).toEqual(index('alone'));
    const model = (await readRunFile(at('many', 'tiny', index('many').runs[0]?.folder as string)))!;
    expect(comparedRun({ ...model, seconds: 9, tokensPerSecond: 9 })).toEqual(comparedRun(model));
    expect(comparedRun({ ...model, steps: model.steps + 1 })).not.toEqual(comparedRun(model));
    expect(comparedRun({ ...model, results: {} })).not.toEqual(comparedRun(model));
    const alone = await reportOf(at('alone', 'tiny'));
    expect(await reportOf(at('many', 'tiny'))).toEqual(alone);
    expect(await reportOf('--store', 's3://runs/grid')).toEqual(alone);

    const status = await must('status', file, ...places, '--json');
    expect(events(status)).toMatchObject([{ experiment: 'tiny', counts: { done: 3 } }]);
    const again = await must('run', file, '--out', at('again'), ...places, '--json');
    expect(events(again)[0]).toMatchObject({ event: 'submitted', added: [], queued: [] });
    expect(events(again).at(-1)).toMatchObject({ event: 'done', trained: 3 });
    expect(await modelsIn(at('again', 'models'))).toEqual(await modelsIn(at('alone', 'models')));
  });

  test('can be cancelled and tried again', {
    timeout: 240_000,
  }, async () => {
    const places = placesOf('stopped');
    await must('run', file, '--out', at('stopped'), ...places, '--json', '--detach');
    const before = await must('status', 'tiny', ...places);
    expect(before.out).toBe('3 models: 3 waiting\n');
    const open = [...places.slice(0, 1), places[1]?.replace(':secret@', '@') as string, ...places.slice(2)];
    const secret = { ...process.env, PGPASSWORD: 'secret' };
    const named = await start(['status', 'tiny', ...open], 'node', secret).ended;
    expect(named.out, named.err).toBe(before.out);
    // Another file of this name, and a part of this one.
    const other = at('other', 'tiny.yaml');
    mkdirSync(at('other'));
    writeFileSync(other, tinyExperiment.replace('epochs: 2', 'epochs: 3'));
    const another = ['run', other, '--out', at('stopped'), ...places, '--detach'];
    const mixing = await run(...another);
    expect(mixing).toMatchObject({ code: 2 });
    expect(mixing.err).toContain(
      'has another experiment tiny: 3 of its 3 models are not in this file; rename the file, or give --overwrite',
    );
    await must('run', file, '--out', at('stopped'), ...places, '--detach', '--methods', 'adapter');
    expect((await must('status', 'tiny', ...places)).out).toBe(before.out);
    await must(...another, '--overwrite', '--device-kind', 'webgpu');
    const pinned = await must('status', 'tiny', ...places);
    expect(pinned.out).toBe('3 models: 3 waiting\n\n3 models for workers with the device webgpu only\n');
    expect((await must('cancel', file, ...places)).out).toBe('3 models cancelled\n');
    await must('run', file, '--out', at('stopped'), ...places, '--detach', '--overwrite');
    const cancelled = await must('cancel', file, ...places);
    expect(cancelled.out).toBe('3 models cancelled\n');
    const after = await must('status', 'tiny', '--store', at('stopped-store'));
    expect(after.out).toMatch(/^3 models: 3 cancelled\n[\s\S]*scalearn cancel on /);
    const refused = await run('retry', file, ...places);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('give --failed');
    const retried = await must('retry', file, '--failed', ...places);
    expect(retried.out).toMatch(/^3 jobs added to .*, 0 there already, 0 done before\n$/);
    const mixed = await run('run', file, '--out', at('nowhere'), ...places, '--jobs', '2');
    expect(mixed).toMatchObject({ code: 2 });
    expect(mixed.err).toContain("'--queue <url>' cannot be used with option '--jobs <n>'");
  });

  test('a worker that is stopped hands its job back, and the next one continues; a model needs nothing of its worker', {
    timeout: 240_000,
  }, async () => {
    const long = at('long.yaml');
    // Evaluations save checkpoints, and there are enough steps to be stopped within.
    writeFileSync(
      long,
      tinyExperiment.replace('epochs: 2', 'epochs: 60, patience: 60').replace(/ {2}scalearn.*\n/, ''),
    );
    const places = placesOf('long');
    const only = ['--tasks', 'miniglue/rte'];
    const follower = start(['run', long, ...only, '--out', at('long'), ...places, '--json']);
    workers.push(follower);
    await follower.printed('"event":"submitted"');
    const first = work(places);
    await first.printed('"event":"start"');
    await follower.printed('"state":"start"');
    const key = readdirSync(at('long-store')).find((name) => name.startsWith('bottleneck')) as string;
    while (!readdirSync(at('long-store', key)).includes('checkpoint.json')) await setTimeout(50);
    const running = await must('status', 'long', ...places);
    expect(running.out).toMatch(/^1 model: 1 running\n\nrunning .*\nbottleneck-miniglue-rte-0-\w+ +\S+-\d+ /);
    first.process.kill('SIGTERM');
    const stopped = await first.ended;
    expect(stopped.code, stopped.err).toBe(0);
    expect(events(stopped).map(({ event }) => event)).toEqual(['start', 'hand-back', 'done']);
    const second = work(places, '--until-empty');
    const ended = await second.ended;
    expect(events(ended)[0]).toMatchObject({ event: 'start', resumed: expect.stringMatching(/^attempt-1-/) });
    const followed = await follower.ended;
    expect(followed.code, followed.err).toBe(0);
    const evaluated = await must('evaluate', '--model', at('long', 'models', key), '--device', 'onnx');
    expect(evaluated.out).toContain('accuracy');
  });

  test('says what is missing', async () => {
    const alone = await run('run', file, '--store', at('x'));
    expect(alone).toMatchObject({ code: 2 });
    expect(alone.err).toContain('give --queue or --slurm too');
    const unknown = await run('status', 'other', '--store', at('stopped-store'));
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.err).toContain('has no experiment other; there are tiny');
    const login = await run('status', 'tiny', '--store', at('x'), '--queue', 'mysql://x/y');
    expect(login).toMatchObject({ code: 1 });
    expect(login.err).toContain('postgres://USER:PASSWORD@HOST/DATABASE');
  });
});
