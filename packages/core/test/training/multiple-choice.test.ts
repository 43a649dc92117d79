import { describe, expect, test } from 'vitest';
import { requestOnnxDevice } from '../../../onnx/src/index.ts';
import {
  ArgumentError,
  bottleneck,
  type Device,
  InterruptedError,
  ReferenceDevice,
  scalearn,
  type TrainedModel,
  type TrainingExample,
  train,
} from '../../src/index.ts';
import { MemoryStore, outcome, type TaskRun, tinyEncoder, tinyTask } from './tiny.ts';

const task = tinyTask({ id: 'tiny/pick', problem: 'multipleChoice', rows: 22 });

/** Both stages: the flexible head, and the static one on the encoder's pooler. */
async function stages(device: Device): Promise<readonly TaskRun[]> {
  const encoder = await tinyEncoder(device);
  const run = { encoder, task, batchSize: 8, epochs: 2, learningRate: 1e-2 };
  const stage1 = { ...run, method: bottleneck({ width: 4 }) };
  using model = await train(stage1);
  return [stage1, { ...run, method: scalearn({ sources: [await model.adapter()] }) }];
}

/** The score of each choice, read alone. */
async function scoresAlone(model: TrainedModel, example: TrainingExample): Promise<number[]> {
  const [first, second] = example.choices as readonly [string, string];
  const swapped = { ...example, choices: [second, first] };
  const [own, other] = [(await model.predict([example])).logits, (await model.predict([swapped])).logits];
  expect([other[1], other[0]]).toEqual([...own]);
  return [...own];
}

describe.each([
  ['reference', async () => new ReferenceDevice()],
  ['onnx', () => requestOnnxDevice({ threads: 1 })],
] as const)('choices on the %s device', (_, open) => {
  test('are consecutive sequences of an example, in training, in batches of an evaluation, and alone', async () => {
    const device = await open();
    for (const options of await stages(device)) {
      const tokens: number[] = [];
      using model = await train({
        ...options,
        onEvent: (event) => event.event === 'step' && tokens.push(event.tokens),
      });
      const length = ({ segments, choices = [] }: TrainingExample): number =>
        choices.reduce((sum, text) => sum + [...segments, text].join(' ').split(' ').length + 3, 0);
      const perEpoch = task.train.reduce((sum, example) => sum + length(example), 0);
      expect(tokens).toHaveLength(6);
      expect(tokens.slice(0, 3).reduce((a, b) => a + b)).toBe(perEpoch);

      const { logits, rows, columns, labels, loss } = await model.predict(task.validation, { batchSize: 5 });
      expect([rows, columns, logits.length]).toEqual([16, 2, 32]);
      expect(labels).toEqual(task.validation.map(({ label }) => label));
      const losses = labels.map((label, row) => {
        const [right, wrong] = [logits[2 * row + label]!, logits[2 * row + 1 - label]!];
        return Math.log1p(Math.exp(wrong - right));
      });
      expect(loss).toBeCloseTo(losses.reduce((a, b) => a + b) / rows, 5);
      for (const row of [0, 15]) {
        const alone = await scoresAlone(model, task.validation[row]!);
        for (const choice of [0, 1]) expect(alone[choice]).toBeCloseTo(logits[2 * row + choice]!, 5);
      }
    }
    await device[Symbol.asyncDispose]();
  });

  test('an interrupted run goes on to the same bits', async () => {
    const device = await open();
    for (const options of await stages(device)) {
      using whole = await train(options);
      const store = new MemoryStore();
      const abort = new AbortController();
      const interrupted = train({
        ...options,
        ...{ checkpoints: store, signal: abort.signal },
        onEvent: (event) => {
          if (event.event === 'step' && event.step === 4) abort.abort();
        },
      });
      await expect(interrupted).rejects.toBeInstanceOf(InterruptedError);
      using resumed = await train({ ...options, checkpoints: store, resume: true });
      expect(await outcome(resumed)).toEqual(await outcome(whole));
    }
    await device[Symbol.asyncDispose]();
  });
});

test('the flexible head has a layer of its own, the static one reads the frozen pooler', async () => {
  const [stage1, stage2] = await stages(new ReferenceDevice());
  using first = await train(stage1!);
  using second = await train(stage2!);
  expect(first.parameterCount.head).toBe(8 * 8 + 8 + 8 + 1);
  expect(second.parameterCount.head).toBe(8 + 1);
});

describe('what is no choice', () => {
  const [good] = task.train as [TrainingExample];
  test.each([
    ['no choices', { segments: good.segments, label: 0 }],
    ['a choice too many', { ...good, choices: ['red', 'blue', 'sky'] }],
    ['two segments', { ...good, segments: ['red', 'blue'] as const }],
  ])('%s: is refused', async (_, bad) => {
    const [options] = await stages(new ReferenceDevice());
    const attempt = train({ ...options!, task: { ...task, train: [good, bad] } });
    await expect(attempt).rejects.toThrow(ArgumentError);
    await expect(attempt).rejects.toThrow(/row 1 of tiny\/pick has .* choice for each of no, yes/);
  });

  test('a third choice is no label, and texts alone have no logits', async () => {
    const [options] = await stages(new ReferenceDevice());
    using model = await train(options!);
    await expect(model.predict([{ ...good, label: 2 }])).rejects.toThrow(/label \[2\]/);
    await expect(model.predictTexts([['red']])).rejects.toThrow(/examples with choices/);
  });
});
