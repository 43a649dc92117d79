// What heads read: as the encoder's files say for a user's own data, as in the paper for published tasks, or as asked.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { loadModel } from '@scalearn/models';
import { requestOnnxDevice } from '@scalearn/onnx';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { pipelineProbabilities } from './support/exported.ts';
import { must } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const texts = ['the red cat sat', 'a slow dog ran under the tree'];
const own = at('own.csv');
writeFileSync(
  own,
  `text,label\n${Array.from({ length: 40 }, (_, i) => `${texts[i % 2]} ${i},${i % 2 ? 'dog' : 'cat'}`).join('\n')}\n`,
);
/** The same encoder as a folder of the library sentence-transformers. */
const sentences = at('sentences');
cpSync(world.encoder, sentences, { recursive: true });
mkdirSync(join(sentences, '1_Pooling'));
writeFileSync(join(sentences, '1_Pooling/config.json'), '{ "pooling_mode_mean_tokens": true }');

async function trained(out: string, encoder: string, task: string, ...more: string[]): Promise<RunFile> {
  const data = task === own ? [] : ['--data', world.data];
  const what = ['--encoder', encoder, '--task', task, ...data, '--out', at(out)];
  const how = ['--device', 'onnx', '--limit', '16', '--epochs', '1', '--quiet', ...more];
  await must('train', ...what, ...how);
  return JSON.parse(readFileSync(join(at(out), 'run.json'), 'utf8')) as RunFile;
}

test('by default', async () => {
  const poolings = [
    await trained('own-plain', world.encoder, own),
    await trained('own-sentences', sentences, own),
    await trained('own-first', sentences, own, '--pooling', 'first'),
    await trained('published', sentences, 'glue/rte'),
    await trained('published-mean', sentences, 'glue/rte', '--pooling', 'mean'),
  ].map(({ settings }) => settings.pooling);
  expect(poolings).toEqual([undefined, 'mean', 'first', undefined, 'mean']);
  const losses = ['own-plain', 'own-first', 'own-sentences'].map(
    (out) => (JSON.parse(readFileSync(join(at(out), 'run.json'), 'utf8')) as RunFile).history[0]?.trainLoss,
  );
  expect(losses[1]).toBe(losses[0]);
  expect(losses[2]).not.toBe(losses[0]);
  expect(readFileSync(join(at('own-sentences'), 'README.md'), 'utf8')).toContain('the mean of all tokens');
});

test('is kept: by evaluate, in exports, and where a program loads the model', async () => {
  const run = await trained('kept', sentences, own);
  const scored = await must('evaluate', '--model', at('kept'), '--json');
  expect(JSON.parse(scored.out)).toMatchObject({ loss: run.results.test?.loss });
  await must('export', '--model', at('kept'), '--out', at('exported'));
  await using device = await requestOnnxDevice();
  using model = await loadModel(at('kept'), { device });
  const probabilities = await pipelineProbabilities(at('exported'), texts);
  for (const [i, { scores }] of (await model.classify(texts)).entries())
    for (const [label, score] of Object.entries(scores))
      expect(probabilities[i]?.[label]).toBeCloseTo(score, 4);
});
