import { InterruptedError, ReferenceDevice } from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { tinyEncoder } from '../../core/test/training/tiny.ts';
import { requestOnnxDevice } from '../../onnx/src/index.ts';
import { type SoupTask, sentenceEmbeddings, soupRows, soupSimilarities, soupWeights } from '../src/index.ts';

const texts = (count: number, words = ['red', 'rose', 'ruby']): string[] =>
  Array.from({ length: count }, (_, i) => `${words[i % 3]} ${words[(i + 1) % 3]}`);
const task = (name: string, count: number, splits?: number): SoupTask => ({
  name,
  texts: texts(count),
  ...(splits === undefined ? {} : { splits }),
});

describe('the texts that are compared', () => {
  /** The order and proportions of GLUE; the limit lies between. */
  const tasks = [
    task('cola', 86),
    task('mnli', 392, 5),
    task('mrpc', 37),
    task('qnli', 105),
    task('rte', 25),
    task('sst2', 673),
    task('stsb', 57),
  ];
  const counts = (target: string, sampling: 'intended' | 'released'): number[] => {
    const rows = soupRows(tasks, target, { sampling, limit: 100 });
    return [rows.target, ...rows.sources].map(({ length }) => length);
  };

  test('are as many as the limit allows', () => {
    expect(counts('mrpc', 'intended')).toEqual([37, 86, 100, 37, 100, 25, 100, 57]);
    expect(counts('mnli', 'intended')).toEqual([100, 86, 100, 37, 100, 25, 100, 57]);
  });

  test('are as many as the released script looks at', () => {
    expect(counts('mrpc', 'released')).toEqual([3, 86, 86, 37, 37, 25, 25, 57]);
    expect(counts('mnli', 'released')).toEqual([5, 86, 86, 37, 37, 25, 25, 57]);
    // Where the first source is larger than the limit, it gets what the target has.
    const { sources } = soupRows([task('a', 30), task('b', 9)], 'b', { sampling: 'released', limit: 10 });
    expect(sources.map(({ length }) => length)).toEqual([3, 9]);
  });

  test('are different rows of the task in a random order, the same for the same seed', () => {
    const { sources, target } = soupRows(tasks, 'cola');
    expect(target).toEqual(sources[0]);
    expect([...target].sort((a, b) => a - b)).toEqual(Array.from({ length: 86 }, (_, i) => i));
    expect([...target]).not.toEqual(Array.from({ length: 86 }, (_, i) => i));
    expect(soupRows(tasks, 'cola')).toEqual({ sources, target });
    expect(soupRows(tasks, 'cola', { seed: 1 }).target).not.toEqual(target);
  });

  test.each([
    ['wnli', {}, "the target 'wnli' is not one of cola, mnli"],
    ['cola', { limit: 0 }, 'limit must be a whole number of at least 1, not 0'],
    ['cola', { sampling: 'all' as 'intended' }, 'sampling must be one of intended, released, not "all"'],
  ])('of %s with %j are refused', (target, options, message) => {
    expect(() => soupRows(tasks, target, options)).toThrow(message);
  });
});

describe('embeddings of sentences', async () => {
  const device = new ReferenceDevice();
  const encoder = await tinyEncoder(device);
  const sentences = ['red', 'blue sky sea', 'rose ruby', 'ink', 'wine fire rust red rose', 'iris'];

  test('are the means of the last hidden states, of length one', async () => {
    const before = device.memory().total;
    const embeddings = await sentenceEmbeddings(encoder, sentences, { batchSize: 4 });
    expect(device.memory().total).toBe(before);
    const hidden = encoder.build({ sites: {} }).hiddenStates.at(-1);
    using program = await device.compile({ outputs: { hidden: hidden as NonNullable<typeof hidden> } });
    for (const [i, sentence] of sentences.entries()) {
      const text = encoder.encode([sentence], { maxLength: 12, truncation: 'longestFirst' });
      const states = (await program.run(encoder.feeds([text]))).hidden as Float64Array;
      const mean = Array.from({ length: 8 }, (_, k) =>
        states.reduce((sum, value, at) => (at % 8 === k ? sum + value : sum), 0),
      );
      const norm = Math.hypot(...mean);
      for (const [k, value] of mean.entries()) expect(embeddings[i]?.[k]).toBeCloseTo(value / norm, 6);
      expect(Math.hypot(...(embeddings[i] as Float32Array))).toBeCloseTo(1, 6);
    }
  });

  test('are the same on another device', async () => {
    await using onnx = await requestOnnxDevice({ threads: 1 });
    using same = await tinyEncoder(onnx);
    const [expected, actual] = [
      await sentenceEmbeddings(encoder, sentences),
      await sentenceEmbeddings(same, sentences, { batchSize: 2 }),
    ];
    for (const [i, embedding] of expected.entries())
      for (const [k, value] of embedding.entries()) expect(actual[i]?.[k]).toBeCloseTo(value, 5);
  });

  test('are cut, counted and stopped', async () => {
    const [long, short] = await sentenceEmbeddings(encoder, ['red sky', 'red']);
    expect(long).not.toEqual(short);
    const progress: number[][] = [];
    await sentenceEmbeddings(encoder, sentences, {
      batchSize: 4,
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(progress).toEqual([
      [4, 6],
      [6, 6],
    ]);
    const signal = AbortSignal.abort(new InterruptedError('enough'));
    await expect(sentenceEmbeddings(encoder, sentences, { signal })).rejects.toThrow('enough');
    expect(await sentenceEmbeddings(encoder, [])).toEqual([]);
  });

  test('tell which tasks are alike', async () => {
    const blue = ['blue', 'sky', 'sea'];
    const tasks = [
      task('red', 20),
      { name: 'ruby', texts: texts(30) },
      { name: 'blue', texts: texts(20, blue) },
      { name: 'sky', texts: texts(9, blue) },
    ];
    const [red = 0, ruby = 0, other = 0, sky = 0] = await soupSimilarities(encoder, tasks, 'blue', {
      limit: 12,
    });
    expect(Math.min(other, sky)).toBeGreaterThan(Math.max(red, ruby));
    const weights = soupWeights([red, ruby, other, sky], 2);
    expect(weights.map((weight) => weight > 0)).toEqual([false, false, true, true]);
  });
});
