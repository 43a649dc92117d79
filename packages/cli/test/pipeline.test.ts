import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSafetensors } from '@scalearn/core/files';
import type { RunFile } from '@scalearn/experiments';
import { modelInfoFile, parseModelInfo } from '@scalearn/models';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, must, run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const train = (task: string, out: string, ...more: string[]): string[] => [
  'train',
  ...['--encoder', world.encoder, '--data', world.data, '--task', task, '--out', at(out)],
  ...['--batch-size', '8', '--epochs', '2', '--device', 'onnx', '--quiet', ...more],
];
const runFile = (name: string): RunFile =>
  JSON.parse(readFileSync(join(at(name), 'run.json'), 'utf8')) as RunFile;

beforeAll(async () => {
  await must(...train('glue/stsb', 'stsb'));
  await must(...train('glue/rte', 'rte', '--learning-rate', '0.01'));
});

describe('stage 1', () => {
  test('writes an AdapterHub folder and run.json, and nothing beside it', () => {
    expect(readdirSync(at('rte')).sort()).toEqual([
      'README.md',
      'adapter.safetensors',
      'adapter_config.json',
      'head_config.json',
      'model_head.safetensors',
      'predictions.safetensors',
      'pytorch_adapter.bin',
      'pytorch_model_head.bin',
      'run.json',
      'scalearn.json',
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    const file = runFile('rte');
    expect(file.encoder.path).toBe(world.encoder);
    expect(file.settings).toMatchObject({ learningRate: 0.01, patience: 5, evalBatchSize: 32, seed: 0 });
    expect(file.data.rows).toEqual({ train: 54, validation: 6, test: 20 });
    expect(file.data.unofficial).toHaveLength(2);
    expect(file.history).toHaveLength(2);
  });

  test('keeps its answers to the test rows: they give its scores', () => {
    const file = parseSafetensors(readFileSync(join(at('rte'), 'predictions.safetensors')));
    const logits = file.float32('test/logits');
    const labels = file.float32('test/labels');
    expect([logits.length, labels.length]).toEqual([40, 20]);
    const right = Array.from(labels, (label, row) => {
      const [no, yes] = logits.subarray(2 * row) as unknown as [number, number];
      return Number(no < yes) === label;
    });
    expect(right.filter(Boolean).length / 20).toBe(runFile('rte').results.test?.metrics.accuracy);
  });

  test('--json prints one event a line and ends with exactly the documented fields', async () => {
    const outcome = await must(...train('glue/rte', 'json', '--json').filter((each) => each !== '--quiet'));
    const lines = events(outcome);
    const kinds = lines.map(({ event }) => event);
    expect(kinds).toEqual([
      'start',
      ...[...Array(7).fill('step'), 'epoch', ...Array(7).fill('step'), 'epoch'],
      'done',
    ]);
    const done = lines.at(-1) ?? {};
    expect(Object.keys(done)).toEqual([
      ...['event', 'task', 'method', 'seed', 'metrics', 'loss', 'assessment', 'bestEpoch'],
      ...['steps', 'parameters', 'seconds', 'tokensPerSecond', 'device', 'out'],
    ]);
    // 2 layers of 36·2 + 2 + 2·36 + 36 (reduction factor 16), and a head of 36² + 36 + 2·36 + 2.
    expect(done).toMatchObject({ steps: 14, parameters: { method: 364, head: 1406 }, device: 'onnx' });
    expect(lines[0]).toMatchObject({ trainRows: 54, memory: { bytes: { encoder: expect.any(Number) } } });
    expect(outcome.err).toContain('RTE/train.tsv has 60 rows, 2490 in the official release');
  });

  test('MNLI is tested on both of its test sets', async () => {
    await must(...train('glue/mnli', 'mnli', '--max-steps', '2', '--eval-limit', '16'));
    const outcome = await must('evaluate', '--model', at('mnli'), '--json', '--device', 'onnx');
    const { metrics } = events(outcome)[0] as { metrics: Record<string, number> };
    expect(Object.keys(metrics)).toEqual(['accuracy', 'accuracyMismatched']);
    expect(runFile('mnli').results.testMismatched?.metrics.accuracy).toBe(metrics.accuracyMismatched);
  });
});

describe('stage 2', () => {
  test.each(['scalearn', 'scalearn-uniform', 'scalearn++', 'scalearn-uniform++'])(
    '%s trains, evaluates from its folder alone, and merges into an equal adapter',
    async (method) => {
      const name = `rte-${method}`;
      const stage2 = train('glue/rte', name, '--method', method, '--sources', at('rte'), at('stsb'));
      const { out } = await must(...stage2);
      expect(out).toContain(`glue/rte with ${method}, seed 0: accuracy`);
      const file = runFile(name);
      // In a line, whether the sources were of use.
      const [alone, both] = [runFile('rte'), file].map(({ results }) => results.test?.metrics.accuracy);
      expect(out).toContain(
        `own adapter alone: accuracy ${alone?.toFixed(2)}; with stsb: accuracy ${both?.toFixed(2)}`,
      );
      // The target's own adapter comes last.
      expect(file.sources.map((source) => source.name)).toEqual(['stsb', 'rte']);
      expect(file.settings).toMatchObject({ learningRate: 6e-3, patience: 30, evalBatchSize: 128 });
      const score = async (model: string): Promise<Record<string, unknown>> =>
        events(await must('evaluate', '--model', at(model), '--json', '--device', 'onnx'))[0] ?? {};
      const own = await score(name);
      expect(own).toMatchObject({ method, rows: 20, metrics: file.results.test?.metrics });
      expect(own.loss).toBe(file.results.test?.loss);
      const merged = await must('merge', '--model', at(name), '--out', at(`${name}-merged`), '--json');
      // Widths of 36 / 16, rounded down, twice.
      expect(events(merged)).toMatchObject([{ event: 'done', method: 'bottleneck', width: 4 }]);
      const other = await score(`${name}-merged`);
      expect(other.metrics).toEqual(own.metrics);
      expect(other.loss).toBeCloseTo(own.loss as number, 5);
    },
  );

  test('ablations reach the model', async () => {
    const options = [
      ...['--omega-init-scale', '1', '--omega-dropout', '0.1', '--omega-normalization', 'softmax'],
      ...['--omega-regularization', '0.5'],
    ];
    await must(...train('glue/rte', 'ablation', '--sources', at('rte'), at('stsb'), ...options));
    const config = JSON.parse(readFileSync(join(at('ablation'), 'scalearn_config.json'), 'utf8')) as unknown;
    expect(config).toMatchObject({
      config: {
        ...{ omega_init_scale: 1, dropout_ratio: 0.1, take_softmax: true },
        ...{ regularization: true, lambda_reg: 0.5 },
      },
    });
  });

  test('warns where the target is not among the sources, and merges under its name', async () => {
    const { err } = await must(...train('glue/rte', 'foreign', '--sources', at('stsb')));
    expect(err).toContain('none of the sources was trained on glue/rte');
    await must('merge', '--model', at('foreign'), '--out', at('foreign-merged'));
    const config = readFileSync(join(at('foreign-merged'), 'adapter_config.json'), 'utf8');
    expect((JSON.parse(config) as { name: string }).name).toBe('rte');
  });

  test.each(['random', 'shuffled'])(
    '%s sources are of the same shape, and not the trained ones',
    async (control) => {
      const args = [
        '--method',
        'scalearn++',
        '--sources',
        at('rte'),
        at('stsb'),
        '--source-control',
        control,
      ];
      await must(...train('glue/rte', `control-${control}`, ...args));
      expect(runFile(`control-${control}`).settings.sourceControl).toBe(control);
      const stored = (folder: string): number[] => {
        const file = parseSafetensors(readFileSync(join(at(folder), 'adapter.safetensors')));
        const down = [...file.entries.keys()].find((name) =>
          name.endsWith('layer.0.output.adapters.rte.adapter_down.0.weight'),
        );
        return Array.from(file.float32(down as string));
      };
      const [used, trained] = [stored(`control-${control}/rte`), stored('rte')];
      expect(used).toHaveLength(trained.length);
      expect(used).not.toEqual(trained);
      // It is evaluated with what it was trained from.
      await must('evaluate', '--model', at(`control-${control}`), '--device', 'onnx');
    },
  );

  test('a control without sources is refused', async () => {
    const refused = await run(...train('glue/rte', 'no-control', '--source-control', 'random'));
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining('--source-control replaces --sources'),
    ]);
  });

  test('a ScaLearn model is no source, but its merged adapter is', async () => {
    await must(...train('glue/rte', 'first', '--sources', at('rte')));
    const refused = await run(...train('glue/rte', 'second', '--sources', at('first'), at('stsb')));
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('scalearn merge')]);
    await must('merge', '--model', at('first'), '--out', at('first-merged'));
    const info = readFileSync(join(at('first-merged'), modelInfoFile), 'utf8');
    expect(parseModelInfo(info, 'it')).toMatchObject({
      encoder: { source: world.encoder },
      tasks: [{ id: 'glue/rte', maxLength: runFile('first').settings.maxLength }],
    });
    await must(...train('glue/rte', 'second', '--sources', at('first-merged'), at('stsb')));
    expect(runFile('second').sources.map(({ name }) => name)).toEqual(['stsb', 'rte']);
  });

  test('sources of another number of layers are refused, and nothing is written', async () => {
    const refused = await run(
      ...train('glue/rte', 'layers', '--sources', at('rte'), at('stsb'), '--layers', '1'),
    );
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('was trained on 2 layers, not 1');
    expect(existsSync(at('layers'))).toBe(false);
  });
});

test('the interpreter gives what ONNX Runtime gives', async () => {
  const more = ['--max-steps', '3', '--eval-limit', '8'];
  await must(...train('glue/rte', 'by-onnx', ...more));
  await must(
    ...train('glue/rte', 'by-reference', ...more).map((each) => (each === 'onnx' ? 'reference' : each)),
  );
  const [onnx, reference] = ['by-onnx', 'by-reference'].map((name) => runFile(name));
  expect(reference?.device.kind).toBe('reference');
  expect(reference?.results.test?.loss).toBeCloseTo(onnx?.results.test?.loss as number, 4);
});

test('trains, evaluates and merges in Deno', async () => {
  const run = async (...args: string[]): Promise<void> => {
    const outcome = await start(args, 'deno').ended;
    expect(outcome.code, outcome.err).toBe(0);
  };
  await run(...train('glue/rte', 'deno', '--sources', at('rte'), at('stsb')));
  await run('merge', '--model', at('deno'), '--out', at('deno-merged'));
  await run('evaluate', '--model', at('deno-merged'), '--device', 'onnx');
});
