import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '@scalearn/core/files';
import { RandomStream } from '@scalearn/core/graph';
import { encoderFamilies, encoderWeights, parseEncoderConfig } from '@scalearn/encoders';
import type { RunFile } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { preNorm } from '../../../test/families/pre-norm.ts';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { checkConfig } from '../../experiments/src/setup/check-config.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);
const { encoder: bert, data } = tinyWorld(folder);
const config = fileURLToPath(new URL('support/family.config.ts', import.meta.url));
const withFamily = (...args: string[]) => must('--config', config, ...args);

/** A folder of the plugin's family with random weights and BERT's tokenizer. */
function writeOwnEncoder(): string {
  const json = {
    ...{ model_type: 'pre-norm', vocab_size: 97, width: 64, depth: 2, heads: 2, inner: 24, positions: 64 },
    head_activation: 'relu',
  };
  const parsed = parseEncoderConfig(json, { families: [preNorm] });
  const weights = encoderWeights(parsed, { families: [preNorm] }).flatMap(({ parts, shape, initial }) =>
    parts.map((part) => {
      const own = [(shape[0] as number) / parts.length, ...shape.slice(1)];
      const size = own.reduce((a, b) => a * b, 1);
      const data = new RandomStream(1, part).normal(size, initial === 'ones' ? 1 : 0, 0.2);
      return [`model.${part}`, { shape: own, data }] as const;
    }),
  );
  mkdirSync(at('own'));
  writeFileSync(at('own/config.json'), JSON.stringify(json));
  writeFileSync(at('own/tokenizer.json'), readFileSync(join(bert, 'tokenizer.json')));
  writeFileSync(at('own/model.safetensors'), writeSafetensors(weights));
  return at('own');
}
const own = ['--encoder', writeOwnEncoder(), '--data', data, '--task', 'glue/rte'];
const steps = ['--batch-size', '8', '--max-steps', '2', '--device', 'onnx', '--quiet'];
const runFile = (name: string): RunFile =>
  JSON.parse(readFileSync(at(`${name}/run.json`), 'utf8')) as RunFile;

interface Row {
  readonly probabilities: Readonly<Record<string, number>>;
}

describe("a family of a plugin's", () => {
  beforeAll(async () => {
    await withFamily('train', ...own, ...steps, '--reduction-factor', '4', '--out', at('rte'));
    const sources = ['--method', 'scalearn', '--sources', at('rte')];
    await withFamily('train', ...own, ...steps, ...sources, '--out', at('both'));
  });

  test('is trained, evaluated, merged, exported and reported', async () => {
    expect(runFile('both').encoder.shape).toMatchObject({
      ...{ modelType: 'pre-norm', prefix: 'model', headOptions: { activation: 'relu' } },
    });
    const model = ['--model', at('both')];
    const scored = await withFamily('evaluate', ...model, '--device', 'onnx', '--json');
    expect(events(scored)[0]?.metrics).toEqual(runFile('both').results.test?.metrics);
    const predict = [
      'predict',
      '--device',
      'onnx',
      '--format',
      'jsonl',
      '--text',
      'a cat',
      '--text-pair',
      'a dog',
    ];
    const [expected] = events<Row>(await withFamily(...predict, ...model));
    await withFamily('merge', ...model, '--out', at('merged'));
    const [merged] = events<Row>(await withFamily(...predict, '--model', at('merged')));
    expect(merged?.probabilities.entailment).toBeCloseTo(expected?.probabilities.entailment as number, 5);
    await withFamily('export', ...model, '--out', at('web'));
    expect(JSON.parse(readFileSync(at('web/config.json'), 'utf8'))).toMatchObject({ model_type: 'pre-norm' });
    const report = await withFamily('report', at('both'), '--format', 'json');
    expect(JSON.parse(report.out).runs[0]).toMatchObject({
      method: 'scalearn',
      coefficients: expect.anything(),
    });
  });

  test('is counted, and resumed', async () => {
    const listed = await withFamily('methods', '--config', at('own/config.json'), '--json');
    const [{ methods = [] } = {}] = events<{ methods?: { method: string; parameters: number }[] }>(listed);
    expect(methods.find(({ method }) => method === 'ia3')?.parameters).toBe(2 * (64 + 64 + 24));
    await withFamily('train', ...own, ...steps, '--reduction-factor', '4', '--out', at('rte'), '--resume');
  });

  test('is refused by its name without the plugin', async () => {
    for (const args of [
      ['train', ...own, ...steps, '--out', at('none')],
      ['merge', '--model', at('both'), '--out', at('none')],
    ]) {
      const { code, err } = await run(...args);
      expect([code, err]).toEqual([1, expect.stringContaining('model_type is "pre-norm"; known are bert,')]);
    }
  });
});

test.each<[string, unknown]>([
  ['plugins[0].families must be a list', preNorm],
  ['plugins[0].families[0] (of p) must be a family of encoders', ['pre-norm']],
  [
    'plugins[0].families[0].build (of p) must be a function (defineEncoderFamily checks it), not undefined',
    [{ ...preNorm, build: undefined }],
  ],
  ['plugins[0].families[1].prefix (of p) must be a text, not ""', [preNorm, { ...preNorm, prefix: '' }]],
  ["plugins define a family 'bert', which exists already", [encoderFamilies[0]]],
  ["plugins define a family 'pre-norm', which exists already", [preNorm, preNorm]],
])('a configuration is refused whose %s', (message, families) => {
  const check = (): unknown => checkConfig({ plugins: [{ name: 'p', families }] }, 'scalearn.config.ts');
  expect(check).toThrow(`scalearn.config.ts: ${message}`);
});
