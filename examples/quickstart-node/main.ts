// Runs both stages on few labeled rows: trains an adapter from scratch, then learns how to combine seven trained ones.
import { adapterFolder, encoderFolder, sourceTasks } from '@scalearn/assets-mini';
import { bottleneck, type Method, requestDevice, scalearn, type TrainedModel, train } from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { loadAdapter, loadEncoder } from '@scalearn/encoders';
import { evaluate } from '@scalearn/evaluation';

await using device = await requestDevice();
using encoder = await loadEncoder(encoderFolder, { device });
console.log(
  `${encoder.architecture.layers} layers of width ${encoder.architecture.hiddenSize} on ${device.description}`,
);

// The target: does the second text follow from the first? 128 rows for training, many for testing.
const rte = await loadTask('miniglue/rte', { limit: 128 });
const task = { ...rte, validation: rte.validation.slice(0, 64) };
const [example] = task.train;
console.log(`${task.name}, ${task.train.length} rows, such as:`);
console.log(`  ${example!.segments.join('\n  ')}\n  -> ${task.labels![example!.label as number]}\n`);

// Stage 1: train a small adapter in every layer, with these rows alone.
using single = await run('single adapter', bottleneck(), 1e-3);

// Stage 2: the adapters of the other tasks stay frozen; one coefficient for each says how much of it to add.
const names = sourceTasks.filter((name) => name !== 'rte');
const sources = await Promise.all(names.map((name) => loadAdapter(adapterFolder(name))));
using model = await run('ScaLearnUniform++', scalearn({ sources, variant: 'scalearn-uniform++' }), 6e-3);

const { tensors } = await model.snapshot();
const [omega] = tensors.values();
for (const [t, name] of names.entries()) console.log(`  ${name.padEnd(5)} ${omega!.data[t]!.toFixed(2)}`);
console.log(
  `${single.parameterCount.method} numbers from scratch, ${model.parameterCount.method} by transfer`,
);

async function run(name: string, method: Method, learningRate: number): Promise<TrainedModel> {
  const trained = await train({ encoder, task, method, learningRate, epochs: 12, batchSize: 16, seed: 0 });
  const { metrics } = await evaluate(trained, task);
  const [score, seconds] = [metrics.accuracy!.toFixed(3), trained.seconds.toFixed(1)];
  console.log(`${name.padEnd(18)} test accuracy ${score}, ${seconds} s`);
  return trained;
}
