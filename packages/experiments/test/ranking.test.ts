import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bottleneck, ReferenceDevice, type SourceAdapter, train } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { RankingScores } from '@scalearn/report';
import { afterAll, describe, expect, test } from 'vitest';
import { randomAdapter } from '../../core/test/methods/random-adapter.ts';
import { randomLora } from '../../core/test/methods/random-lora.ts';
import { tinyEncoder, tinyTask } from '../../core/test/training/tiny.ts';
import { type RankOptions, rankSources } from '../src/index.ts';
import { adviceOf, verdictOf } from '../src/ranking/verdict.ts';
import { encodeRanking, readRanking } from '../src/runs.ts';

const encoder = await tinyEncoder(new ReferenceDevice());
const task = {
  ...tinyTask({ rows: 16, validationRows: 8 }),
  ...{ metrics: ['accuracy'], primaryMetric: 'accuracy', fingerprint: 'rows', test: [], rows: {} },
} as unknown as Task;
const { architecture } = encoder;
const random = (name: string): SourceAdapter => randomAdapter(name, architecture, 2);
using trained = await train({
  ...{ encoder, task, method: bottleneck({ width: 2 }), learningRate: 0.05, epochs: 12, batchSize: 8 },
});
const good = await trained.adapter();
const folder = mkdtempSync(join(tmpdir(), 'ranking-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options: RankOptions = {
  ...{ encoder, encoderSource: 'tiny', task, steps: 20 },
  candidates: [
    { path: 'a', adapter: random('a') },
    { path: 'good', adapter: good, isOwn: true, task },
    { path: 'b', adapter: random('b') },
    // A name that another source has.
    { path: 'c', adapter: random('a') },
  ],
  top: 3,
};
const ranking = await rankSources(options);

describe('a ranking', () => {
  test('has every source with its evidence, those of the short trainings first', () => {
    const { sources } = ranking;
    expect(sources.map(({ path }) => path).toSorted()).toEqual(['a', 'b', 'c', 'good']);
    const known = sources.find(({ path }) => path === 'good');
    // The best by LogME take part in the short trainings.
    expect(known?.coefficients).toHaveLength(3);
    expect(known).toMatchObject({ isOwn: true, similarity: expect.closeTo(1, 6) });
    for (const { logMe } of sources.filter(({ path }) => path !== 'good'))
      expect(known?.logMe).toBeGreaterThan(logMe ?? Number.NaN);
    expect(sources.filter(({ similarity }) => similarity === null)).toHaveLength(3);
    expect(sources.map(({ coefficients }) => coefficients?.length)).toEqual([3, 3, 3, undefined]);
    const means = sources.slice(0, 3).map(({ coefficients }) => coefficients!.reduce((a, b) => a + b, 0));
    expect(means).toEqual(means.toSorted((a, b) => b - a));
  });

  test('has all controls, and is repeatable', async () => {
    const { scores } = ranking;
    for (const own of Object.values(scores)) expect(own).toHaveLength(3);
    expect(ranking.verdict).toEqual(verdictOf(scores));
    expect(ranking.advice).toBe(adviceOf(ranking.verdict, scores, 'accuracy'));
    const again = await rankSources(options);
    expect({ ...again, seconds: 0 }).toEqual({ ...ranking, seconds: 0 });
  });

  test('is read as it was written; a damaged one is refused', async () => {
    const path = join(folder, 'ranking.json');
    writeFileSync(path, encodeRanking(ranking));
    expect(await readRanking(path)).toMatchObject(ranking);
    for (const [change, message] of [
      [{ sources: [] }, 'sources must be a list that is not empty'],
      [{ sources: [{ path: 1 }] }, 'sources[0]'],
      [{ formatVersion: 2 }, 'is of format 2'],
      [{ verdict: { helps: 'yes' } }, 'verdict'],
    ] as const) {
      writeFileSync(path, JSON.stringify({ formatVersion: 1, ...ranking, ...change }));
      await expect(readRanking(path)).rejects.toThrow(message);
    }
    await expect(readRanking(join(folder, 'none.json'))).rejects.toThrow('there is no ranking');
  });

  test('of LoRAs, whatever the budget', async () => {
    const candidates = ['a', 'b'].map((path) => ({ path, adapter: randomLora(path, architecture) }));
    const found = await rankSources({ encoder, task, candidates, budget: 0.001 });
    expect(found.steps).toBe(20);
    expect(found.sources.map(({ coefficients }) => coefficients?.length)).toEqual([3, 3]);
  });

  test('refuses what cannot be ranked', async () => {
    const a = { path: 'a', adapter: random('a') };
    for (const [changes, message] of [
      [{ candidates: [] }, 'no source to rank'],
      [{ candidates: [a, { path: 'b', adapter: randomLora('b', architecture) }] }, 'rank them apart'],
      [{ seeds: [0, 1] }, 'at least three different seeds'],
      [{ seeds: [0, 1, 1] }, 'at least three different seeds'],
      [{ top: 0 }, 'a whole number from 1'],
      [{ task: { ...task, validation: [] } }, 'needs training and validation rows'],
      [
        { candidates: [{ path: 'w', adapter: randomAdapter('w', { layers: 2, hiddenSize: 16 }, 2) }] },
        'hidden size',
      ],
    ] as const)
      await expect(rankSources({ encoder, task, candidates: [a], ...changes })).rejects.toThrow(message);
    await expect(
      rankSources({ encoder, task, candidates: [a], signal: AbortSignal.abort(new Error('stop')) }),
    ).rejects.toThrow('stop');
  });
});

describe('the verdict', () => {
  const scores = (sources: number[], best: number[]): RankingScores => ({
    ...{ sources, random: [0.5, 0.5, 0.5], shuffled: null, alone: best },
  });

  test('is against the best control, with an interval over seeds', () => {
    const found = verdictOf(scores([0.8, 0.82, 0.81], [0.6, 0.62, 0.6]));
    expect(found).toMatchObject({ control: 'alone', difference: expect.closeTo(0.2033, 3), helps: true });
    expect(adviceOf(found, scores([0.8, 0.82, 0.81], [0.6, 0.62, 0.6]), 'accuracy')).toMatch(
      /^The sources help: .* accuracy 0\.810 .* has 0\.607 \(difference 0\.203, 95 % interval 0\.179 to 0\.228\)\.$/,
    );
  });

  test('says plainly if nothing helps', () => {
    const near = scores([0.8, 0.6, 0.7], [0.7, 0.65, 0.6]);
    expect(verdictOf(near).helps).toBe(false);
    expect(adviceOf(verdictOf(near), near, 'F1')).toMatch(
      /^No source is shown to help: .*train on the target alone/,
    );
    const random = { ...scores([0.5, 0.6, 0.55], [0.2, 0.2, 0.2]), random: [0.6, 0.6, 0.6] };
    expect(adviceOf(verdictOf(random), random, 'F1')).toMatch(/^No source .*is not transfer/);
  });
});
