import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const sizes = ['taskEmbeddingSize=8', 'taskHiddenSize=6', 'projectedTaskEmbeddingSize=4'];
const train = (out: string, ...more: string[]): string[] => [
  'train',
  ...['--encoder', world.encoder, '--data', world.data, '--tasks', 'glue/rte', 'glue/stsb', 'glue/mnli'],
  ...['--method', 'hyperformer++', '--set', ...sizes, '--out', at(out), '--device', 'onnx'],
  ...['--batch-size', '8', '--max-steps', '12', '--evaluate-every', '5', '--json', ...more],
];
interface Done {
  readonly task: string;
  readonly metrics: Record<string, number>;
  readonly tasks: readonly { readonly task: string; readonly metrics: Record<string, number> }[];
}
let lines: Record<string, unknown>[];
let done: Done;

beforeAll(async () => {
  const outcome = await must(...train('joint'));
  lines = events(outcome);
  done = events<Done>(outcome).at(-1) as Done;
});

describe('a joint method', () => {
  test('is trained on a task in each step, and evaluated on all of them', () => {
    expect(lines[0]).toMatchObject({ event: 'start', task: 'glue/rte, glue/stsb, glue/mnli', steps: 12 });
    const steps = lines.filter(({ event }) => event === 'step');
    expect(new Set(steps.map(({ task }) => task)).size).toBeGreaterThan(1);
    const evaluations = lines.filter(({ event }) => event === 'epoch');
    expect(evaluations.map(({ step }) => step)).toEqual([5, 10, 12]);
    expect(done.metrics).toEqual({});
    expect(done.tasks.map(({ task, metrics }) => [task, Object.keys(metrics)])).toEqual([
      ['glue/rte', ['accuracy']],
      ['glue/stsb', ['pearson', 'spearman', 'combinedScore']],
      ['glue/mnli', ['accuracy', 'accuracyMismatched']],
    ]);
  });

  test('keeps a head for each task, and all that is needed to score it again', async () => {
    expect(readdirSync(join(at('joint'), 'heads')).sort()).toEqual(['mnli', 'rte', 'stsb']);
    const file = JSON.parse(readFileSync(join(at('joint'), 'run.json'), 'utf8')) as RunFile;
    expect(file.tasks?.map(({ data }) => data.rows.train)).toEqual([54, 54, 60 - 6]);
    const again = await must('evaluate', '--model', at('joint'), '--device', 'onnx', '--json');
    const [all] = events<Done>(again);
    for (const [i, each] of (all as Done).tasks.entries()) expect(each).toMatchObject(done.tasks[i] ?? {});
    const [one] = events(
      await must('evaluate', '--model', at('joint'), '--task', 'glue/stsb', '--device', 'onnx', '--json'),
    );
    expect(one).toMatchObject({ task: 'glue/stsb', metrics: done.tasks[1]?.metrics });
    const text = await must('evaluate', '--model', at('joint'), '--device', 'onnx');
    for (const { task } of done.tasks) expect(text.out).toMatch(new RegExp(`^${task} `, 'm'));
  });

  test('labels texts for the task that is named', async () => {
    const pair = [
      '--text',
      'the cat sat',
      '--text-pair',
      'a cat ran',
      '--device',
      'onnx',
      '--format',
      'jsonl',
    ];
    const { out } = await must('predict', '--model', at('joint'), '--task', 'glue/mnli', ...pair);
    expect(Object.keys((JSON.parse(out) as { probabilities: object }).probabilities)).toHaveLength(3);
    const unnamed = await run('predict', '--model', at('joint'), ...pair);
    expect([unnamed.code, unnamed.err]).toEqual([2, expect.stringContaining('say which with --task')]);
  });

  test('the same command with --resume finds it finished, another is refused', async () => {
    const again = events(await must(...train('joint', '--resume')));
    expect(again).toEqual([lines.at(-1)]);
    const other = await run(...train('joint', '--resume', '--temperature', '2'));
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('temperature')]);
  });
});

describe('what a joint run cannot do', () => {
  const needed = ['train', '--encoder', world.encoder, '--data', world.data, '--out', at('none')];
  const wrong: [string[], string][] = [
    [['--tasks', 'glue/rte', 'glue/stsb'], 'name one with --method'],
    [['--tasks', 'glue/rte', 'glue/stsb', '--method', 'bottleneck'], 'bottleneck learns one task, not 2'],
    [['--tasks', 'glue/rte', '--method', 'hyperformer'], 'give at least two'],
    [['--task', 'glue/rte', '--method', 'hyperformer'], 'give at least two'],
    [['--tasks', 'glue/rte', 'glue/rte', '--method', 'hyperformer'], 'glue/rte is given twice'],
    [['--tasks', 'glue/rte', 'miniglue/rte', '--method', 'hyperformer'], "both named 'rte'"],
    [['--tasks', 'glue/rte', 'glue/stsb', '--task', 'glue/rte'], "'--tasks <task...>' cannot be used with"],
    [['--method', 'hyperformer'], "required option '--task <task>' (or '--tasks <task...>') not specified"],
    [['--task', 'glue/rte', '--set', 'width=3'], "bottleneck has no option 'width'"],
    [['--task', 'glue/rte', '--set', 'nonLinearity'], '--set takes NAME=VALUE'],
    [['--task', 'glue/rte', '--set', 'nonLinearity=step'], 'nonLinearity is one of relu, gelu'],
    [['--task', 'glue/rte', '--temperature', '2'], '--temperature is for joint methods'],
    [
      ['--task', 'glue/rte', '--sources', at('joint'), '--method', 'adapter-fusion'],
      'at least 2 sources, not 1',
    ],
  ];
  test.each(wrong)('%j', async (more, message) => {
    const outcome = await run(...needed, ...more);
    expect(outcome.err).toContain(message);
    expect(outcome.code).toBe(2);
  });
});
