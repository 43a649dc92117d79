import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownMethods } from '@scalearn/experiments/runs';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import type { MethodsEvent } from '../src/output/events.ts';
import { events, must, run } from './support/run.ts';

const methods = ownMethods.all;
const folder = scratchFolder();
const sizes = {
  'roberta-base': { vocab_size: 50265, hidden_size: 768, num_hidden_layers: 12, intermediate_size: 3072 },
  'roberta-large': { vocab_size: 50265, hidden_size: 1024, num_hidden_layers: 24, intermediate_size: 4096 },
};
for (const [name, size] of Object.entries(sizes)) {
  const shared = {
    model_type: 'roberta',
    num_attention_heads: 16,
    max_position_embeddings: 514,
    type_vocab_size: 1,
  };
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'config.json'), JSON.stringify({ ...shared, ...size }));
}

async function list(...args: string[]): Promise<MethodsEvent['methods']> {
  const outcome = await run('methods', '--json', ...args);
  expect(outcome.code, outcome.err).toBe(0);
  return (events<MethodsEvent>(outcome)[0] as MethodsEvent).methods;
}

/**
 * Trainable parameters (docs/reference/methods.md#counts-of-parameters), per task or per target, of several tasks
 * together where joint.
 */
const base = {
  'full-finetuning': 124_055_040,
  bottleneck: 894_528,
  'compacter++': 29_440,
  propetl: 959_280,
  ia3: 55_296,
  scalearn: 73_728,
  'scalearn-uniform': 96,
  'scalearn++': 6_144,
  'scalearn-uniform++': 8,
  'adapter-fusion': 21_252_096,
  'adapter-soup': 0,
  'lora-average': 0,
  lorahub: 0,
  probe: 0,
  'full-finetuning-m': 124_055_040,
  'adapter-m': 894_528,
  'propetl-m': 1_549_104,
  hyperformer: 59_420_544,
  'hyperformer++': 5_095_024,
};
const large15 = {
  'full-finetuning': 354_310_144,
  bottleneck: 3_171_840,
  'compacter++': 78_400,
  propetl: 3_277_888,
  ia3: 147_456,
  scalearn: 15 * 1024 * 24,
  'adapter-fusion': 75_546_624,
  'propetl-m': 5_243_968,
  hyperformer: 209_446_208,
  'hyperformer++': 8_883_072,
};

describe('scalearn methods', () => {
  test('lists every method with its kind, learning rate and parameters for roberta-base', async () => {
    const listed = await list();
    expect(listed.map(({ method }) => method)).toEqual(methods.map(({ id }) => id));
    for (const [id, parameters] of Object.entries(base))
      expect(
        listed.find(({ method }) => method === id),
        id,
      ).toMatchObject({ parameters });
    expect(listed.find(({ method }) => method === 'bottleneck')).toEqual({
      method: 'bottleneck',
      kind: 'single-task',
      learningRate: 3e-4,
      parameters: 894_528,
    });
    expect(await list('--config', join(folder, 'roberta-base'))).toEqual(listed);
  });

  test('counts for other encoders, sources and tasks', async () => {
    const config = join(folder, 'roberta-large', 'config.json');
    const listed = await list('--config', config, '--sources', '15', '--tasks', '15');
    for (const [id, parameters] of Object.entries(large15))
      expect(
        listed.find(({ method }) => method === id),
        id,
      ).toMatchObject({ parameters });
  });

  test('every name is one that the method has itself', async () => {
    const { out } = await run('methods');
    for (const { id, summary } of methods)
      expect(out).toMatch(new RegExp(`^${id.replaceAll('+', '\\+')} .*${summary}$`, 'm'));
  });

  test('a method that does not fit the encoder does not hide the others', async () => {
    const path = join(folder, 'scalearn.config.js');
    const plain = "title: 'T', summary: 'S', kind: 'single-task', options: {}, reader: () => {}";
    const defaults = 'defaults: { learningRate: 0.5 }';
    writeFileSync(
      path,
      `const refuse = (text) => () => { throw new Error(text); };
      export default { plugins: [{ name: 'p', methods: [
        { id: 'wide', ${plain}, make: () => ({ kind: 'single-task', ${defaults}, parameters: refuse('wide needs 4096') }) },
        { id: 'odd', ${plain}, make: refuse('odd needs a task') },
      ] }] };`,
    );
    const [event] = events<MethodsEvent>(await must('--config', path, 'methods', '--json'));
    const listed = new Map(event?.methods.map((each) => [each.method, each]));
    expect(listed.get('wide')).toMatchObject({
      learningRate: 0.5,
      parameters: null,
      reason: 'wide needs 4096',
    });
    expect(listed.get('odd')).toMatchObject({
      learningRate: null,
      parameters: null,
      reason: 'odd needs a task',
    });
    expect(listed.get('bottleneck')).toMatchObject({ parameters: base.bottleneck });
    const { out } = await must('--config', path, 'methods');
    expect(out).toMatch(/^wide +single-task +0\.5 +- +S$/m);
    expect(out).toMatch(
      /\n\nwide cannot be counted for roberta-base: wide needs 4096\nodd cannot .*: odd needs a task\n$/,
    );
  });

  test('shows the options of one, and suggests where there is none of a name', async () => {
    const { out } = await run('methods', 'hyperformer');
    expect(out).toContain('--set taskEmbeddingSize=…');
    expect(out).toContain('--reduction-factor');
    const outcome = await run('methods', 'hyperformr');
    expect([outcome.code, outcome.err]).toEqual([2, expect.stringContaining('Did you mean hyperformer?')]);
  });

  test.each([
    [join(folder, 'nowhere'), 'there is no file or folder'],
    [folder, 'config.json'],
  ])('says what is wrong with %s', async (config, message) => {
    const outcome = await run('methods', '--config', config);
    expect([outcome.code, outcome.err]).toEqual([1, expect.stringContaining(message)]);
  });
});
