// A worker trains only what a job's key says, writes only where it wants to, and says what differs on its machine.
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, WorkFolder } from '@scalearn/cluster';
import * as cluster from '@scalearn/cluster';
import { type Plan, plainSetup, planExperiment, readExperiment } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { clusterJobs } from '../../src/cluster/jobs.ts';
import { loadCluster } from '../../src/cluster/load.ts';
import { verifiedTraining } from '../../src/cluster/training.ts';
import { type OwnInputs, Verifier } from '../../src/cluster/verify.ts';
import { tinyWorld, writeEncoder } from '../support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (...names: string[]): string => join(folder, ...names);
const { signal } = new AbortController();

const experiment = `title: Tiny
encoders: [./encoder]
data: { glue: data }
tasks: [glue/rte, glue/stsb]
options: { epochs: 2, batchSize: 8, checkpointEvery: 5 }
methods:
  adapter: { method: bottleneck, options: { reductionFactor: 8 } }
  scalearn++: { sources: adapter, tasks: [glue/rte], options: { dropout: 0.1, classWeights: balanced } }
  adapter-m: { options: { maxSteps: 4 } }
`;

let plan: Plan;
let jobs: Job[];
const folders = new Map<string, string>();
beforeAll(async () => {
  writeFileSync(at('tiny.yaml'), experiment);
  plan = await planExperiment(await readExperiment(at('tiny.yaml')), at('models'));
  jobs = clusterJobs(plan);
  for (const { key } of jobs) folders.set(key, at('parents', key));
});

const verify = (job: Job, own: OwnInputs = { encoders: [] }): Promise<string[]> =>
  new Verifier(plainSetup, own, signal).argumentsOf(job, folders);
const changed = (index: number, change: (job: Job) => Partial<Job>): Job => {
  const job = jobs[index] as Job;
  return { ...job, ...change(job) };
};

describe('a job of a plan', () => {
  test('is verified, and its arguments are those of the plan', async () => {
    expect(jobs).toHaveLength(4);
    for (const job of jobs) expect((await verify(job)).sort()).toEqual([...job.arguments].sort());
  });

  test.each([
    ['--out=/etc'],
    ['--out', '/etc'],
    ['--config=evil.ts'],
    ['--resume'],
    ['--overwrite'],
    ['--dry-run'],
    ['--json'],
    ['--quiet'],
    ['--device=reference'],
    ['--threads=9'],
    ['--sources', '/etc'],
    ['--help'],
    ['--help-all'],
    ['--folds=2'],
    ['; rm -rf /'],
    ['--', 'x'],
    ['--unknown=1'],
    ['--seed'],
    ['--seed=1'],
  ])('with %s is refused', async (...more) => {
    const job = changed(0, ({ arguments: args }) => ({ arguments: [...args, ...more] }));
    await expect(verify(job)).rejects.toMatchObject({ name: 'UsageError' });
  });

  test('that trains another model than its key says is refused', async () => {
    const other = changed(0, ({ arguments: args }) => ({
      arguments: args.map((each) => each.replace('--epochs=2', '--epochs=3')),
    }));
    await expect(verify(other)).rejects.toThrow(/its arguments train another model/);
    const [, , scalearn] = jobs as [Job, Job, Job];
    expect(scalearn.parents).toHaveLength(2);
    const swapped = { ...scalearn, parents: scalearn.parents.toReversed() };
    await expect(verify(swapped)).rejects.toThrow(/its arguments train another model/);
    const renamed = changed(0, ({ key }) => ({ key: key.replace('bottleneck', 'scalearn') }));
    await expect(verify(renamed)).rejects.toThrow(/its arguments train another model/);
  });

  test('is done with the data and the encoder of this machine, if they are the same', async () => {
    cpSync(world.data, at('elsewhere', 'data'), { recursive: true });
    cpSync(world.encoder, at('elsewhere', 'encoder'), { recursive: true });
    writeEncoder(at('other-encoder'), 2);
    const own = {
      data: at('elsewhere', 'data'),
      encoders: [at('other-encoder'), at('elsewhere', 'encoder')],
    };
    const args = await verify(jobs[0] as Job, own);
    expect(args).toContain(`--data=${at('elsewhere', 'data')}`);
    expect(args).toContain(`--encoder=${at('elsewhere', 'encoder')}`);
  });

  test('says what differs on this machine', async () => {
    cpSync(world.data, at('changed'), { recursive: true });
    appendFileSync(at('changed', 'RTE', 'train.tsv'), '60\tthe cat sat\tthe dog ran\tentailment\n');
    await expect(verify(jobs[0] as Job, { data: at('changed'), encoders: [] })).rejects.toThrow(
      /the data of glue\/rte has the fingerprint \w{12} here, and \w{12} in the plan; give workers the same/,
    );
    const encoder = writeEncoder(at('moved-encoder'), 3);
    const moved = changed(0, ({ arguments: args }) => ({
      arguments: args.map((each) => (each.startsWith('--encoder=') ? `--encoder=${encoder}` : each)),
    }));
    await expect(verify(moved)).rejects.toThrow(/^[^;]*the encoder has the fingerprint/);
  });

  test('that is refused fails at once, and nothing is started', async () => {
    const path = at('attempt');
    mkdirSync(path);
    const place: WorkFolder = { path, out: join(path, 'out'), parents: new Map() };
    const verifier = new Verifier(plainSetup, { encoders: [] }, signal);
    const train = verifiedTraining(cluster, verifier, { device: 'onnx', setup: plainSetup });
    const job = changed(0, () => ({ arguments: ['--out=/etc'] }));
    const said: string[] = [];
    const watch = { signal, onCheckpoint: () => {}, onOutput: (text: string) => void said.push(text) };
    await expect(train(job, place, watch)).rejects.toBeInstanceOf(cluster.JobError);
    expect(said).toEqual([]);
  });
});

test('an older Node is told which one it needs', async () => {
  await expect(loadCluster('22.11.0')).rejects.toThrow(/need Node 22.12 or newer, and this is Node 22.11.0/);
  await expect(loadCluster('20.19.0')).rejects.toThrow(/need Node 22.12/);
  expect(await loadCluster('24.0.0')).toBe(cluster);
});
