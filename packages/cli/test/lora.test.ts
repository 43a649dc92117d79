// LoRA with the command: sources of stage 2, and everything that can be done with what was trained on them.

import { readFileSync } from 'node:fs';
import type { RunFile } from '@scalearn/experiments';
import { readCoefficients } from '@scalearn/experiments/runs';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { exportedLogits } from './support/exported.ts';
import { expectClose, modelCommands, pair } from './support/model-commands.ts';
import { must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const { encoder, data } = tinyWorld(folder);
const { at, train, json, keysOf, probabilities, metrics } = modelCommands(folder, { encoder, data });

test('LoRA sources, ScaLearn on them, merged into one LoRA or the encoder, scored and exported', async () => {
  const lora = ['--method', 'lora', '--learning-rate', '0.05'];
  await train('glue/stsb', 'stsb', ...lora, '--rank', '4', '--target-modules', 'query,value');
  await train('glue/rte', 'rte', ...lora, '--rank', '2', '--target-modules', 'value, output.dense');
  expect(json('rte/adapter_config.json')).toMatchObject({
    ...{ peft_type: 'LORA', task_type: 'SEQ_CLS', r: 2, target_modules: ['value', 'output.dense'] },
  });
  expect(keysOf('rte/adapter_model.safetensors')).toEqual(
    expect.arrayContaining([
      'base_model.model.bert.encoder.layer.1.attention.self.value.lora_B.weight',
      'base_model.model.classifier.weight',
    ]),
  );
  expect(await metrics('rte')).toEqual(
    (json('rte/run.json').results as { test: { metrics: unknown } }).test.metrics,
  );

  await train('glue/rte', 'both', '--method', 'scalearn', '--sources', at('stsb'), at('rte'));
  expect(keysOf('both/model_scalearn.safetensors')).toContain(
    'bert.encoder.layer.0.attention.self.value.scalearn_lora.stsb,rte.omega',
  );
  const expected = await probabilities('both');
  const merged = await must('merge', '--model', at('both'), '--out', at('merged'));
  expect(merged.out).toContain("(scalearn, 2 sources) merged into one LoRA 'rte' of rank 6");
  expectClose(await probabilities('merged'), expected);
  expect(await metrics('merged')).toEqual(await metrics('both'));
  const into = ['--merge-into-encoder', '--out'];
  const whole = await must('merge', '--model', at('both'), ...into, at('whole'));
  expect(whole.out).toContain('merged into the weights of its encoder');
  expectClose(await probabilities('whole'), expected);
  await must('merge', '--model', at('rte'), ...into, at('rte-whole'));
  expectClose(await probabilities('rte-whole'), await probabilities('rte'));

  // The report averages the linear layers of a layer, and knows that a source adapts only some.
  await train('glue/rte', 'shared', '--method', 'scalearn-uniform++', '--sources', at('stsb'), at('rte'));
  await train('glue/rte', 'average', '--method', 'lora-average', '--sources', at('stsb'), at('rte'));
  await must('report', folder, '--out', at('report.html'));
  expect(readFileSync(at('report.html'), 'utf8')).toContain('LoRA average');
  const coefficients = await readCoefficients(at('both'), json('both/run.json') as unknown as RunFile);
  expect(coefficients).toMatchObject({ sources: ['stsb', 'rte'], start: 1 });
  expect(coefficients?.values).toHaveLength(2);
  for (const row of coefficients?.values ?? []) for (const value of row) expect(value).toBeCloseTo(1, 0);

  await must('export', '--model', at('both'), '--out', at('web'));
  const [[first, second] = []] = await exportedLogits(at('web'), [pair]);
  expectClose([1 / (1 + Math.exp((second as number) - (first as number)))], expected.slice(0, 1));
});

test('what does not fit a LoRA is refused by name', async () => {
  await train('glue/stsb', 'adapter', '--method', 'bottleneck');
  await train('glue/rte', 'small', '--method', 'lora', '--target-modules', 'all-linear');
  const start = ['train', '--encoder', encoder, '--data', data, '--task', 'glue/rte', '--device', 'onnx'];
  const attempt = (...more: string[]) => run(...start, '--out', at('none'), ...more);
  const sources = ['--sources', at('adapter'), at('small')];
  for (const [args, message] of [
    [['--method', 'scalearn', ...sources], 'sources must be all LoRAs or all bottleneck adapters'],
    [
      ['--method', 'adapter-fusion', ...sources],
      "the source 'rte' is a LoRA, and AdapterFusion takes bottleneck adapters",
    ],
    [['--method', 'lora', '--target-modules', 'q_lin'], 'selects no linear layer of bert'],
    [['--method', 'lora', '--rank', '0'], '--rank'],
    [['--method', 'bottleneck', '--rank', '2'], '--rank is for lora'],
  ] as const) {
    const { code, err } = await attempt(...args);
    expect(err).toContain(message);
    expect(code).not.toBe(0);
  }
  const { err } = await run('merge', '--model', at('adapter'), '--merge-into-encoder', '--out', at('none'));
  expect(err).toContain('not a change of the encoder’s weights'.replace('’', "'"));
});
