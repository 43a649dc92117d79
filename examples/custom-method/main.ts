// Compares a custom method with ScaLearnUniform++, on the same sources and the same few rows.
import { adapterFolder, encoderFolder, sourceTasks } from '@scalearn/assets-mini';
import { requestDevice, scalearn, train } from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { loadAdapter, loadEncoder } from '@scalearn/encoders';
import { evaluate } from '@scalearn/evaluation';
import { gatedSum } from './gated-sum.ts';

await using device = await requestDevice();
using encoder = await loadEncoder(encoderFolder, { device });
const rte = await loadTask('miniglue/rte', { limit: 128 });
const task = { ...rte, validation: rte.validation.slice(0, 64) };
const names = sourceTasks.filter((name) => name !== 'rte');
const sources = await Promise.all(names.map((name) => loadAdapter(adapterFolder(name))));

for (const method of [gatedSum(sources), scalearn({ sources, variant: 'scalearn-uniform++' })]) {
  using model = await train({ encoder, task, method, epochs: 12, batchSize: 16, seed: 0 });
  const { metrics } = await evaluate(model, task);
  const { method: numbers } = model.parameterCount;
  console.log(`${method.name}: ${numbers} numbers, test accuracy ${metrics.accuracy!.toFixed(3)}`);
}
