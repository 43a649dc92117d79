// A method of one's own beside the bottleneck adapter, on the same rows.
import { encoderFolder } from '@scalearn/assets-mini';
import { bottleneck, requestDevice, train } from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import { evaluate } from '@scalearn/evaluation';
import { learnedOffset } from './learned-offset.ts';

await using device = await requestDevice();
using encoder = await loadEncoder(encoderFolder, { device });
const task = await loadTask('miniglue/sst2', { limit: 512, evalLimit: 500 });

for (const method of [learnedOffset(), bottleneck()]) {
  using model = await train({ encoder, task, method, learningRate: 2e-3, epochs: 5, seed: 0 });
  const { metrics } = await evaluate(model, task);
  console.log(
    `${method.name}: ${model.parameterCount.method} numbers, test accuracy ${metrics.accuracy!.toFixed(3)}`,
  );

  const texts = ['The concert was dreadful.', 'We enjoyed the film.'];
  const { logits } = await model.answer(texts.map((text) => [text] as const));
  for (const [i, text] of texts.entries())
    console.log(`  ${task.labels![logits[2 * i + 1]! > logits[2 * i]! ? 1 : 0]}: ${text}`);
}
