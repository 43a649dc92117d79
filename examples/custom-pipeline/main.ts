// Trains ScaLearn++ on your own rows with two source adapters, merges it into one adapter, and predicts new texts.
import { mkdir, writeFile } from 'node:fs/promises';
import { adapterFolder, encoderFolder } from '@scalearn/assets-mini';
import { requestDevice, scalearn, snapshotFiles, TrainedModel, train } from '@scalearn/core';
import { loadTask, readFileTask } from '@scalearn/datasets';
import { loadAdapter, loadEncoder } from '@scalearn/encoders';
import { evaluate, softmaxProbabilities } from '@scalearn/evaluation';

// claims.csv: a report, a claim, and whether the report supports it. A tenth is for validation, another tenth for
// testing.
const task = await loadTask(
  await readFileTask({
    data: new URL('.', import.meta.url),
    file: 'claims.csv',
    text: 'report',
    textPair: 'claim',
    label: 'supported',
  }),
);
const labels = task.labels!;
console.log(
  `${task.train.length} rows to learn from, ${task.test.length} to test on: ${labels.join(' or ')}`,
);

await using device = await requestDevice();
using encoder = await loadEncoder(encoderFolder, { device });

// Adapters of related tasks: does a claim follow from a text, and do two texts say the same?
const sources = await Promise.all(
  [adapterFolder('mnli'), adapterFolder('mrpc')].map((url) => loadAdapter(url)),
);
const method = scalearn({ sources, variant: 'scalearn++' });
using model = await train({
  encoder,
  task,
  method,
  seed: 0,
  epochs: 25,
  batchSize: 16,
  onEvent: (event) => {
    if (event.event === 'epoch' && event.epoch % 5 === 0)
      console.log(`  epoch ${event.epoch}: validation loss ${event.validationLoss.toFixed(3)}`);
  },
});
const { metrics } = await evaluate(model, task);
console.log(
  `ScaLearn++ learned ${model.parameterCount.method} numbers: test accuracy ${metrics.accuracy!.toFixed(3)}`,
);

// ScaLearn's sum of adapters is itself an adapter: a folder that other programs load, without ScaLearn.
const merged = await model.merge();
const files = snapshotFiles(merged);
const folder = new URL('merged/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, content] of Object.entries(files)) await writeFile(new URL(name, folder), content);
console.log(`merged: ${Object.keys(files).join(', ')}`);

// Predict with the merged adapter.
using adapter = await TrainedModel.fromSnapshot(encoder, merged, task);
const report = 'Emma sold the old piano on Monday. The blue coat was found by Max in the park.';
for (const claim of ['Max discovered the coat.', 'Emma bought the old piano.']) {
  const probabilities = softmaxProbabilities(await adapter.predictTexts([[report, claim]]));
  const [best] = Array.from(labels.keys()).sort((a, b) => probabilities[b]! - probabilities[a]!);
  console.log(`${labels[best!]} (${probabilities[best!]!.toFixed(2)})  ${claim}`);
}
