// Trains a method of one's own on a few sentences: node --conditions=@scalearn/source main.ts ENCODER
import { requestDevice, type TrainingExample, type TrainingTask, train } from '@scalearn/core';
import { loadEncoder } from '@scalearn/encoders';
import { learnedOffset } from './learned-offset.ts';

const [encoderName = 'sentence-transformers/all-MiniLM-L6-v2'] = process.argv.slice(2);

const things = [
  'The film',
  'Her book',
  'This meal',
  'The concert',
  'Our trip',
  'The talk',
  'His song',
  'The hotel',
];
const verdicts = [
  ['was dreadful.', 'bored everybody.', 'is a waste of time.', 'disappointed me.'],
  ['was wonderful.', 'delighted everybody.', 'is worth every minute.', 'moved me.'],
];
const examples = (which: readonly string[]): TrainingExample[] =>
  which.flatMap((thing) =>
    verdicts.flatMap((list, label) =>
      list.map((verdict) => ({ segments: [`${thing} ${verdict}`], label }) as const),
    ),
  );
const task: TrainingTask = {
  id: 'example/mood',
  problem: 'singleLabelClassification',
  labels: ['bad', 'good'],
  maxLength: 32,
  truncation: 'longestFirst',
  train: examples(things.slice(0, 6)),
  validation: examples(things.slice(6)),
};

await using device = await requestDevice();
using encoder = await loadEncoder(encoderName, { device });
using model = await train({
  encoder,
  task,
  method: learnedOffset(),
  batchSize: 16,
  learningRate: 5e-3,
  seed: 0,
});

const { method, head } = model.parameterCount;
console.log(`${method} numbers and a head of ${head} trained on ${device.description}`);
for (const { epoch, trainLoss, validationLoss } of model.history)
  console.log(`epoch ${epoch}: training ${trainLoss.toFixed(3)}, validation ${validationLoss.toFixed(3)}`);
const texts = ['The soup was awful.', 'What a marvellous day!'];
const { logits } = await model.predict(texts.map((text) => ({ segments: [text], label: 0 })));
for (const [i, text] of texts.entries())
  console.log(`${(logits[2 * i + 1] as number) > (logits[2 * i] as number) ? 'good' : 'bad '}  ${text}`);
