import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { ownMethods } from '@scalearn/experiments/runs';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { exportedLogits, type Texts } from './support/exported.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const singleTaskMethods = ownMethods.all.filter(({ kind }) => kind === 'single-task');
const twoStageMethods = ownMethods.all.filter(({ sources }) => sources !== undefined);
const jointMethods = ownMethods.all.filter(({ kind }) => kind === 'joint');

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);

interface Step {
  readonly event: string;
  readonly loss: number;
  readonly gradientNorm: number;
}

/** Trains four steps and returns them. */
async function train(out: string, args: readonly string[], device = 'onnx'): Promise<Step[]> {
  const outcome = await must(
    'train',
    ...['--encoder', world.encoder, '--data', world.data, '--out', at(out), '--device', device],
    ...['--batch-size', '8', '--max-steps', '4', '--json', ...args],
  );
  return events<Step>(outcome).filter(({ event }) => event === 'step');
}

/** Trains a model, whose steps must be those of the reference device. */
async function trainLikeReference(out: string, args: readonly string[]): Promise<void> {
  const steps = await train(out, args);
  const expected = await train(`${out}-reference`, [...args, '--eval-limit', '1'], 'reference');
  expect(steps).toHaveLength(4);
  for (const [i, { loss, gradientNorm }] of expected.entries()) {
    expect(Math.abs((steps[i] as Step).loss / loss - 1), `loss of step ${i + 1}`).toBeLessThan(1e-5);
    const norms = (steps[i] as Step).gradientNorm / gradientNorm;
    expect(Math.abs(norms - 1), `gradient norm of step ${i + 1}`).toBeLessThan(1e-5);
  }
}

interface Scores {
  readonly metrics: unknown;
  readonly loss: number | null;
}

/** What a model's folder gives on the test split, by task where there are several. */
async function scoresOf(out: string): Promise<unknown> {
  const outcome = await must('evaluate', '--model', at(out), '--device', 'onnx', '--json');
  const [event] = events<Scores & { tasks?: (Scores & { task: string })[] }>(outcome);
  const { tasks, ...one } = event!;
  const of = ({ metrics, loss }: Scores): Scores => ({ metrics, loss });
  return tasks?.map((each) => [each.task, of(each)]) ?? of(one);
}
const runFile = (out: string): RunFile =>
  JSON.parse(readFileSync(join(at(out), 'run.json'), 'utf8')) as RunFile;
/** What was written down when the model was trained. */
const written = ({ results }: Pick<RunFile, 'results'>): Scores => ({
  metrics: results.test?.metrics,
  loss: results.test?.loss ?? null,
});

const pair: Texts = ['the red cat sat', 'a slow dog ran under the tree'];

/** How far the probability of a pair's first label in an exported model is from that which predict gives. */
async function exportDifference(out: string, ...more: string[]): Promise<number> {
  await must('export', '--model', at(out), '--out', at(`${out}-web`), ...more);
  const texts = ['--text', pair[0], '--text-pair', pair[1] as string];
  const predicted = await must(
    ...['predict', '--model', at(out), '--device', 'onnx', '--format', 'jsonl', ...texts, ...more],
  );
  const [row] = events<{ probabilities: Record<string, number> }>(predicted);
  const [[first, second] = []] = await exportedLogits(at(`${out}-web`), [pair]);
  const probability = 1 / (1 + Math.exp((second as number) - (first as number)));
  return Math.abs(probability - (Object.values(row?.probabilities ?? {})[0] as number));
}

/** What a method cannot do without, besides sources. */
const needed: Readonly<Record<string, readonly string[]>> = { probe: ['--set', 'omega=0.5,1'] };

beforeAll(async () => {
  // A width that hypercomplex adapters can have as well.
  for (const task of ['stsb', 'rte'])
    await train(task, ['--task', `glue/${task}`, '--reduction-factor', '9']);
  for (const task of ['stsb', 'rte'])
    await train(`${task}-lora`, ['--task', `glue/${task}`, '--method', 'lora', '--learning-rate', '0.05']);
});

describe('trained as the reference device does, scored again from its folder alone, and exported', () => {
  test.each(singleTaskMethods.map(({ id, options }) => [id, options] as const))('%s', async (id, options) => {
    const narrow = options.reductionFactor ? ['--reduction-factor', '9'] : [];
    await trainLikeReference(`one-${id}`, ['--task', 'glue/rte', '--method', id, ...narrow]);
    expect(await scoresOf(`one-${id}`)).toEqual(written(runFile(`one-${id}`)));
    expect(await exportDifference(`one-${id}`)).toBeLessThan(1e-5);
  });

  test.each(twoStageMethods.map(({ id, sources }) => [id, sources?.takes] as const))(
    '%s',
    async (id, takes) => {
      const kind = takes === 'LoRAs' ? '-lora' : '';
      const sources = ['--sources', at(`stsb${kind}`), at(`rte${kind}`), ...(needed[id] ?? [])];
      await trainLikeReference(`two-${id}`, ['--task', 'glue/rte', '--method', id, ...sources]);
      expect(await scoresOf(`two-${id}`)).toEqual(written(runFile(`two-${id}`)));
      expect(await exportDifference(`two-${id}`)).toBeLessThan(1e-5);
    },
  );

  test.each(jointMethods.map(({ id, options }) => [id, options] as const))('%s', async (id, options) => {
    const small = Object.entries(options).flatMap(([name, { type }]) =>
      type === 'whole' ? [`${name}=6`] : [],
    );
    const more = id.startsWith('hyper') ? ['--set', ...small] : [];
    await trainLikeReference(`all-${id}`, ['--tasks', 'glue/rte', 'glue/stsb', '--method', id, ...more]);
    const { tasks = [] } = runFile(`all-${id}`);
    expect(await scoresOf(`all-${id}`)).toEqual(tasks.map((each) => [each.task, written(each)]));
    expect(await exportDifference(`all-${id}`, '--task', 'glue/rte')).toBeLessThan(1e-5);
  });
});

test('the soup compares training texts, or takes what it is given', async () => {
  const sources = ['--task', 'glue/rte', '--method', 'adapter-soup', '--sources', at('stsb'), at('rte')];
  const soup = (out: string): { sources: { name: string; weight: number }[] } =>
    JSON.parse(readFileSync(join(at(out), 'soup_config.json'), 'utf8'));
  await train('soup-given', [...sources, '--set', 'similarities=0.25,0.75']);
  expect(soup('soup-given').sources).toEqual([
    { name: 'stsb', weight: 0.25 },
    { name: 'rte', weight: 0.75 },
  ]);
  await train('soup-one', [...sources, '--set', 'topK=1', 'sampling=released']);
  const weights = soup('soup-one').sources.map(({ weight }) => weight);
  expect(weights.sort()).toEqual([0, 1]);
  // Another encoder embeds the texts. Here it is the same one under its own name.
  await train('soup-other', [...sources, '--set', `sentenceEncoder=${world.encoder}`]);
  await train('soup-own', sources);
  expect(soup('soup-other').sources).toEqual(soup('soup-own').sources);
});

test('LoRAHub searches weights, or takes what it is given, and merges into one LoRA', async () => {
  const sources = ['--task', 'glue/rte', '--method', 'lorahub', '--sources', at('stsb-lora'), at('rte-lora')];
  const weights = (out: string): number[] =>
    JSON.parse(readFileSync(join(at(out), 'lorahub_config.json'), 'utf8')).sources.map(
      (each: { weight: number }) => each.weight,
    );
  await train('hub-given', [...sources, '--set', 'weights=0.25,-0.75']);
  expect(weights('hub-given')).toEqual([0.25, -0.75]);
  await train('hub-start', [...sources, '--set', 'evaluations=1']);
  expect(weights('hub-start')).toEqual([0, 0]);
  await train('hub', [...sources, '--set', 'evaluations=20', 'examples=16']);
  await train('hub-again', [...sources, '--set', 'evaluations=20', 'examples=16']);
  expect(weights('hub')).toEqual(weights('hub-again'));
  const merged = await must('merge', '--model', at('hub'), '--out', at('hub-merged'));
  expect(merged.out).toContain('merged into one LoRA');
  expect((await scoresOf('hub-merged')) as Scores).toMatchObject({
    metrics: written(runFile('hub')).metrics,
  });
});

test('a probe needs to be told its constants', async () => {
  const outcome = await run(
    ...['train', '--encoder', world.encoder, '--data', world.data, '--out', at('none')],
    ...['--task', 'glue/rte', '--method', 'probe', '--sources', at('stsb')],
  );
  expect([outcome.code, outcome.err]).toEqual([
    2,
    expect.stringContaining('--method probe needs --set omega=…'),
  ]);
});
