import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bottleneck } from '@scalearn/core';
import { defineMethod, type MethodDefinition } from '@scalearn/core/methods';
import { type Config, defineConfig, loadSetup, type RunFile } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { checkConfig } from '../../experiments/src/setup/check-config.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);
const world = tinyWorld(folder);
const config = fileURLToPath(new URL('../../../examples/custom-method/scalearn.config.ts', import.meta.url));
const data = ['--encoder', world.encoder, '--data', world.data, '--device', 'onnx'];
const train = (out: string, ...more: string[]): Promise<unknown> =>
  must(
    ...['--config', config, 'train', ...data, '--task', 'glue/rte', '--out', at(out)],
    ...['--batch-size', '8', '--max-steps', '4', '--quiet', ...more],
  );
const runFile = (path: string): RunFile =>
  JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as RunFile;

describe('a method of a plugin', () => {
  beforeAll(async () => {
    await train('source', '--reduction-factor', '8');
    await train('gated', '--method', 'gated-sum', '--sources', at('source'), '--set', 'start=1.5');
  });

  test('is trained with its options, and evaluated from its folder', async () => {
    const { method, settings, results } = runFile(at('gated'));
    expect([method, settings.methodSettings.start]).toEqual(['gated-sum', 1.5]);
    const more = ['--model', at('gated'), '--device', 'onnx'];
    const [scored] = events<{ metrics: unknown }>(
      await must('--config', config, 'evaluate', ...more, '--json'),
    );
    expect(scored?.metrics).toEqual(results.test?.metrics);
    const texts = ['--text', 'the red cat', '--text-pair', 'a dog', '--format', 'jsonl'];
    expect(events(await must('--config', config, 'predict', ...more, ...texts))).toHaveLength(1);
    const without = await run('evaluate', ...more);
    expect(without.code).toBe(1);
  });

  test('is merged into one adapter that scores the same, and exported', async () => {
    await must('--config', config, 'merge', '--model', at('gated'), '--out', at('merged'));
    const [scored] = events<{ metrics: unknown }>(
      await must('evaluate', '--model', at('merged'), '--device', 'onnx', '--json'),
    );
    expect(scored?.metrics).toEqual(runFile(at('gated')).results.test?.metrics);
    await must('--config', config, 'export', '--model', at('gated'), '--out', at('web'));
    expect(existsSync(at('web/onnx/model.onnx'))).toBe(true);
  });

  test('is listed, explained, and suggested', async () => {
    expect((await must('--config', config, 'methods')).out).toMatch(/^gated-sum +two-stage +0.006/m);
    const one = (await must(`--config=${config}`, 'methods', 'gated-sum')).out;
    expect(one).toContain('Gated sum (gated-sum)');
    expect(one).toMatch(/--set start=… .*\(default: 2\); a number above 0/);
    const sizes = { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 128 };
    const more = { model_type: 'bert', vocab_size: 9, max_position_embeddings: 64, type_vocab_size: 2 };
    writeFileSync(at('config.json'), JSON.stringify({ ...sizes, ...more }));
    // After the command --config is its own.
    expect((await must('--config', config, 'methods', '--config', at('config.json'))).out).toMatch(
      /gated-sum +two-stage +0.006 +128 /,
    );
    const refused = await run(
      '--config',
      config,
      'train',
      ...data,
      '--task',
      'glue/rte',
      '--out',
      'x',
      '--method',
      'gated-sun',
    );
    expect(refused.err).toContain('Did you mean gated-sum?');
    const range = ['--task', 'glue/rte', '--method', 'gated-sum', '--sources', 'x', '--set', 'start=0'];
    const outcome = await run('--config', config, 'train', ...data, '--out', at('no'), ...range);
    expect([outcome.code, outcome.err]).toEqual([
      2,
      expect.stringContaining("start is a number above 0, not '0'"),
    ]);
    expect((await run('methods', 'gated-sum')).code).toBe(2);
  });

  test('is trained by experiment files, in processes of their own, and named in reports', async () => {
    writeFileSync(
      at('own.yaml'),
      `encoders: [${world.encoder}]
data: ${world.data}
tasks: [glue/rte]
options: { batchSize: 8, maxSteps: 2 }
methods:
  adapter: { method: bottleneck, report: false }
  gated-sum: { sources: { from: adapter, own: only }, options: { start: 1 } }
`,
    );
    await must('--config', config, 'run', at('own.yaml'), '--out', at('runs'), '--device', 'onnx');
    const { out } = await must('--config', config, 'report', at('runs/own'), '--format', 'markdown');
    expect(out).toContain('| Gated sum |');
    const other = await run('run', at('own.yaml'), '--out', at('runs'), '--dry-run');
    expect([other.code, other.err]).toEqual([2, expect.stringContaining("has no 'start'")]);
  }, 120_000);
});

const mine: MethodDefinition = defineMethod({
  ...{ id: 'mine', title: 'Mine', summary: 'mine', kind: 'single-task', options: {} },
  make: () => ({ ...bottleneck(), name: 'mine' }),
  reader: async () => undefined,
});
const withMethod = (change: object): unknown => ({
  plugins: [{ name: 'own', methods: [{ ...mine, ...change }] }],
});

describe('a configuration', () => {
  test('may be empty, and keeps the command as it is', () => {
    const { methods, defaults } = checkConfig(defineConfig({}), 'c.ts');
    expect([methods.all.length, defaults]).toEqual([20, {}]);
    const config: Config = { plugins: [{ name: 'own', methods: [mine] }] };
    expect(checkConfig(config, 'c.ts').methods.find('mine').title).toBe('Mine');
  });

  test.each<[unknown, string]>([
    [undefined, 'c.ts: the configuration must be an object, not undefined'],
    [[], 'c.ts: the configuration must be an object, not []'],
    [{ plugin: [] }, "c.ts: the configuration has no 'plugin'. Did you mean plugins?"],
    [{ plugins: {} }, 'plugins must be a list, not {}'],
    [{ plugins: [{ name: 'a', tasks: [] }] }, "plugins[0] has no 'tasks'. It has name, methods"],
    [{ plugins: [{ methods: [] }] }, "plugins[0] needs 'name'"],
    [{ plugins: [{ name: ' ' }] }, 'plugins[0].name must be a text, not " "'],
    [withMethod({ id: 'scalearn' }), "define a method 'scalearn', which exists already"],
    [withMethod({ id: '../x' }), 'plugins[0].methods[0].id (of own) must be of small letters'],
    [withMethod({ kind: 'other' }), '.kind (of own) must be one of single-task'],
    [withMethod({ make: 1 }), '.make (of own) must be a function'],
    [withMethod({ reader: undefined }), '.reader (of own) must be a function'],
    [
      withMethod({ sources: { least: 0 } }),
      '.sources.least (of own) must be a whole number of at least 1, not 0',
    ],
    [
      withMethod({ sources: { least: 2, most: 1 } }),
      '.sources (of own) must be an object whose most is not less than its least',
    ],
    [withMethod({ options: { a: { type: 'int', meaning: 'a' } } }), '.options.a.type (of own) must be'],
    [
      withMethod({ options: { 'a-b': { type: 'text', meaning: 'a' } } }),
      '(of own) must be named by letters and digits',
    ],
    [
      withMethod({ options: { a: { type: 'number', meaning: 'a', flag: '--a' } } }),
      "options.a (of own) has no 'flag'.",
    ],
    [
      withMethod({ options: { a: { type: 'number', meaning: 'a', range: { below: Infinity } } } }),
      'must be a number',
    ],
    [
      withMethod({ options: { a: { type: 'number', meaning: 'a', default: 1, range: { below: 1 } } } }),
      '.options.a.default (of own) must be a number below 1, not 1',
    ],
    [{ defaults: { epochs: 0 } }, 'defaults.epochs must be a whole number of at least 1, not 0'],
    [{ defaults: { epochs: '3' } }, 'defaults.epochs must be a whole number of at least 1, not "3"'],
    [
      { defaults: { device: 'cpu' } },
      'defaults.device must be one of auto, webgpu, onnx, reference, not "cpu"',
    ],
    [{ defaults: { out: 'x' } }, "defaults has no 'out'."],
    [{ defaults: { epochs: [1] } }, 'defaults.epochs must be a whole number of at least 1, not [1]'],
  ])('%j is refused', (value, message) => {
    expect(() => checkConfig(value, 'c.ts')).toThrow(message);
  });

  test('gives defaults, which the command line overrides and help shows', async () => {
    writeFileSync(
      at('d.json'),
      JSON.stringify({ defaults: { encoder: world.encoder, maxSteps: 3, seed: 5 } }),
    );
    const args = ['--data', world.data, '--device', 'onnx', '--task', 'glue/rte', '--quiet'];
    await must('--config', at('d.json'), 'train', ...args, '--seed', '6', '--out', at('by-default'));
    const { steps, seed } = runFile(at('by-default'));
    expect([steps, seed]).toEqual([3, 6]);
    const { out } = await must('--config', at('d.json'), 'train', '--help-all');
    expect(out).toMatch(/--seed <n> .*\(default: 5\)/);
  });

  test('is found in the folder where the command is started, one of them', async () => {
    const here = at('here');
    mkdirSync(here);
    expect((await loadSetup(undefined, here)).file).toBeUndefined();
    copyFileSync(at('d.json'), join(here, 'scalearn.config.json'));
    expect(await loadSetup(undefined, here)).toMatchObject({
      ...{ file: join(here, 'scalearn.config.json'), defaults: { seed: 5 } },
    });
    writeFileSync(join(here, 'scalearn.config.js'), 'export default {}');
    await expect(loadSetup(undefined, here)).rejects.toThrow('keep one of them');
  });

  test.each<[string, string, string]>([
    ['nowhere.js', '', 'there is no file nowhere.js'],
    ['broken.json', '{', 'broken.json could not be loaded: '],
    ['thrown.mjs', 'throw new Error("no luck")', 'thrown.mjs could not be loaded: no luck'],
    ['nothing.mjs', 'export const a = 1', 'nothing.mjs: the configuration must be an object'],
  ])('%s is refused', async (name, text, message) => {
    if (text !== '') writeFileSync(at(name), text);
    await expect(loadSetup(name, folder)).rejects.toThrow(message);
  });

  test('in TypeScript needs a runtime that strips types', async () => {
    const { typescript } = process.features as { typescript?: unknown };
    Object.defineProperty(process.features, 'typescript', { value: false, configurable: true });
    try {
      await expect(loadSetup(config, folder)).rejects.toThrow('use Node 22.18 or newer, or write it as');
    } finally {
      Object.defineProperty(process.features, 'typescript', { value: typescript, configurable: true });
    }
  });

  test.each([[['--config']], [['--config', '']], [['--config', 'a', '--config', 'b']]])(
    '%j is wrong usage',
    async (args) => {
      expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringContaining('--config') });
    },
  );
});
