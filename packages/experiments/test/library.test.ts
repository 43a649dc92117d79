// The library without the command line: from an experiment file to its models and their report.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import {
  collectReport,
  type ExperimentEvent,
  InUseError,
  jobArguments,
  jobsOf,
  type Plan,
  planExperiment,
  readExperiment,
  readExperimentIndex,
  runExperiment,
  UsageError,
} from '../src/index.ts';
import { modelId, numericsVersion } from '../src/plan/model-id.ts';

const folder = scratchFolder();
const file = join(folder, 'tiny.yaml');
const store = join(folder, 'runs/models');
writeFileSync(
  file,
  `title: Tiny
encoders: [mini]
tasks: [miniglue/rte]
options: { epochs: 1, batchSize: 4, limit: 4, evalLimit: 4, layers: 1, learningRate: 0.001 }
compare: [adapter]
methods:
  adapter: { method: bottleneck, options: { nonLinearity: gelu, reductionFactor: 8 } }
  scalearn++: { sources: { from: adapter, kind: random }, options: { dropout: 0 } }
`,
);
let plan: Plan;
beforeAll(async () => {
  plan = await planExperiment(await readExperiment(file), store);
});

/** The command in this repository. */
const command = {
  runtime: process.execPath,
  before: ['--conditions=@scalearn/source', fileURLToPath(new URL('../../cli/src/bin.ts', import.meta.url))],
};
/** A command that fails, and says what it was asked for. */
const failing = {
  runtime: process.execPath,
  before: [
    '-e',
    "console.log(JSON.stringify({ event: 'error', error: 'Error', message: process.argv.slice(1).join(' ') })); process.exit(1);",
    '--',
  ],
};

describe('the jobs of a plan', () => {
  test('are plain data, each after those that it needs', () => {
    const jobs = jobsOf(plan);
    expect(JSON.parse(JSON.stringify(jobs))).toEqual(jobs);
    const [adapter, scalearn] = jobs;
    expect(jobs.map(({ key }) => key)).toEqual(plan.runs.map(({ id }) => id));
    expect([adapter?.parents, scalearn?.parents]).toEqual([[], [adapter?.key]]);
    expect(adapter?.arguments).toEqual([
      ...['--encoder=mini', '--task=miniglue/rte', '--method=bottleneck', '--seed=0', '--layers=1'],
      ...['--epochs=1', '--batch-size=4', '--learning-rate=0.001', '--limit=4', '--eval-limit=4'],
      ...['--reduction-factor=8', '--set', 'nonLinearity=gelu'],
    ]);
    expect(scalearn).toMatchObject({ encoder: adapter?.encoder, data: adapter?.data });
  });

  test('become arguments of the command where they are done', () => {
    const [, job] = jobsOf(plan);
    const args = jobArguments(job!, { folderOf: (key) => `/store/${key}`, threads: 2 });
    expect(args.join(' ')).toContain(
      `--source-control=random --seed=0 --layers=1 --epochs=1 --batch-size=4 --learning-rate=0.001 --limit=4 --eval-limit=4 --omega-dropout=0 --sources /store/${job?.parents[0]} --out=/store/${job?.key} --resume --json --threads 2`,
    );
  });
});

test('another version of the numerics gives other ids', async () => {
  const [run] = plan.runs;
  const { cell, settings, encoder, tasks } = run!;
  const data = tasks.map(({ fingerprint }) => fingerprint);
  const id = (version?: number) =>
    modelId(cell, { settings, encoder: encoder.fingerprint, data, sources: [] }, version);
  expect(await id()).toBe(run?.id);
  expect(await id(numericsVersion + 1)).not.toBe(run?.id);
});

describe('a value that an option does not accept', () => {
  const planned = async (change: object) => {
    const experiment = await readExperiment(file);
    const entries = experiment.entries.map((entry) => ({ ...entry, ...change, perTask: {} }));
    return planExperiment({ ...experiment, entries }, store);
  };

  test.each([
    [{ options: { batchSize: 0 } }, "adapter: option '--batch-size <n>' argument '0' is invalid. It must be"],
    [
      { options: { selectBy: ' ' } },
      "option '--select-by <what>' argument ' ' is invalid. It must not be empty.",
    ],
    [{ options: { reductionFactor: -1 } }, "--reduction-factor is a number above 0, not '-1'"],
    [{ options: { nothing: 1 } }, "adapter: an experiment cannot give the option 'nothing'; leave it out"],
    [{ options: { out: 'x' } }, "adapter: an experiment cannot give the option 'out'; leave it out"],
    [{ seeds: [-1] }, "adapter: option '--seed <n>' argument '-1' is invalid. It must be"],
  ])('is refused, with the entry or the option: %j', async (change, message) => {
    const error = await planned(change).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
  });
});

describe('an experiment', () => {
  test('goes on where a training fails, and says so in its index', async () => {
    const out = join(folder, 'failed/tiny');
    const events: ExperimentEvent[] = [];
    const there = await planExperiment(plan.experiment, join(folder, 'failed/models'));
    const outcomes = await runExperiment(there, out, {
      command: failing,
      onEvent: (event) => events.push(event),
    });
    const [first, second] = there.runs.map(({ id }) => outcomes.get(id));
    expect(first).toEqual({
      state: 'failed',
      error: expect.stringMatching(/^train --encoder=mini .*--json$/),
    });
    expect(second).toEqual({ state: 'failed', error: `its source ${there.runs[0]?.id} failed` });
    expect(events.map(({ event }) => event)).toEqual(['plan', 'started', 'training', 'outcome', 'outcome']);
    const index = await readExperimentIndex(out);
    expect(index?.runs.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(existsSync(join(folder, 'failed/.run.lock'))).toBe(false);
  });

  test('begins nothing once it was stopped', async () => {
    const out = join(folder, 'stopped/tiny');
    const there = await planExperiment(plan.experiment, join(folder, 'stopped/models'));
    const outcomes = await runExperiment(there, out, { command: failing, signal: AbortSignal.abort() });
    expect([...outcomes.values()]).toEqual([{ state: 'missing' }, { state: 'missing' }]);
    expect((await readExperimentIndex(out))?.runs.map(({ state }) => state)).toEqual(['missing', 'missing']);
  });

  test('leaves its jobs to a function of the program, which says what failed', async () => {
    const there = await planExperiment(plan.experiment, join(folder, 'given/models'));
    const asked: string[] = [];
    const outcomes = await runExperiment(there, join(folder, 'given/tiny'), {
      async command({ key }, { folderOf, threads, onWarning }) {
        asked.push(`${folderOf(key)} ${threads}`);
        onWarning('a machine is lost');
        return { error: 'LostError', message: 'no machine is left' };
      },
      threads: 3,
    });
    expect(asked).toEqual([`${there.runs[0]?.folder} 3`]);
    expect(outcomes.get(there.runs[0]?.id ?? '')).toEqual({ state: 'failed', error: 'no machine is left' });
  });

  test('trains its models, finds them again, and is reported', { timeout: 120_000 }, async () => {
    const out = join(folder, 'runs/tiny');
    const how = { command, device: 'reference' } as const;
    let second: Promise<unknown> | undefined;
    const onEvent = ({ event }: ExperimentEvent) => {
      if (event !== 'plan') return;
      second = runExperiment(plan, out, how);
      second.catch(() => {});
    };
    const outcomes = await runExperiment(plan, out, { ...how, onEvent });
    await expect(second).rejects.toThrow(InUseError);
    expect([...outcomes.values()]).toMatchObject([
      { state: 'done', result: { isReused: false } },
      { state: 'done', result: { isReused: false, run: { method: 'scalearn++' } } },
    ]);
    const again = await runExperiment(plan, out, { command: failing });
    expect([...again.values()]).toMatchObject([
      { result: { isReused: true } },
      { result: { isReused: true } },
    ]);
    const report = await collectReport([out]);
    expect(report.references).toEqual(['adapter']);
    expect(report).toMatchObject({ title: 'Tiny', missing: [] });
    expect(report.runs.map(({ label }) => label)).toEqual(['adapter', 'scalearn++']);
    expect(JSON.parse(readFileSync(join(out, 'experiment.json'), 'utf8'))).toMatchObject({ name: 'tiny' });
  });
});
