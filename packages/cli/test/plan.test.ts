import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import gpus from '../src/profile/gpus.json' with { type: 'json' };
import { leastMilliseconds } from '../src/profile/roofline.ts';
import { events, must, run } from './support/run.ts';

interface Estimate {
  readonly flops: number;
  readonly bytes: number;
  readonly gpus: readonly { readonly name: string; readonly f32: number; readonly milliseconds: number }[];
}

/** The configuration of an encoder whose work is easily counted: no weights, no tokenizer. */
function configuration(): string {
  const folder = join(scratchFolder(), 'shape');
  mkdirSync(folder);
  const config = {
    ...{ model_type: 'bert', vocab_size: 100, hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4 },
    ...{ intermediate_size: 256, hidden_act: 'gelu', max_position_embeddings: 128, type_vocab_size: 2 },
    ...{ hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, initializer_range: 0.02 },
    ...{ layer_norm_eps: 1e-12, pad_token_id: 0, architectures: ['BertModel'] },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

const encoder = configuration();
const plan = async (...args: string[]): Promise<Estimate> =>
  events<Estimate>(await must('plan', '--encoder', encoder, '--json', ...args))[0] as Estimate;

test('a forward pass is counted from the configuration alone', async () => {
  const [rows, length, hidden, layers] = [4, 16, 64, 2];
  const { flops } = await plan('--step', 'predict', '--rows', '4', '--length', '16');
  const tokens = rows * length;
  const layer = 2 * tokens * 12 * hidden * hidden + 2 * 2 * tokens * length * hidden;
  // After the queries, keys and values of the last layer, only the first token of each row is needed.
  expect(flops).toBeGreaterThan((layers - 1) * layer + 2 * tokens * 3 * hidden * hidden);
  expect(flops).toBeLessThan(layers * layer);
});

test('a training step works more than a forward pass, and twice the rows are twice the work', async () => {
  const shape = ['--length', '16', '--gpu', 'l4', 'm1'];
  const [predict, stage1] = [await plan('--step', 'predict', ...shape), await plan(...shape)];
  expect(stage1.flops).toBeGreaterThan(1.2 * predict.flops);
  expect(stage1.gpus.map(({ name }) => name)).toEqual(['l4', 'm1']);
  const double = await plan('--rows', '64', ...shape);
  expect(double.flops / stage1.flops).toBeCloseTo(2, 1);
  for (const { f32, milliseconds } of double.gpus)
    expect(milliseconds).toBeGreaterThanOrEqual(double.flops / f32 / 1e6);
});

test('the table has a line for each GPU, and says that it is the best case', async () => {
  const { out } = await must('plan', '--encoder', encoder, '--rows', '2', '--length', '8');
  for (const { title } of gpus) expect(out).toContain(title);
  expect(out).toContain('ms at best');
});

test('an unknown GPU is refused by its name', async () => {
  const { code, err } = await run('plan', '--encoder', encoder, '--gpu', 'h10');
  expect([code, err]).toEqual([2, expect.stringContaining('Did you mean h100?')]);
});

test('a kernel takes the longer of the times of its arithmetic and its memory', () => {
  const limits = { f32: 1000, bandwidth: 100 };
  expect(leastMilliseconds({ flops: 2e9, bytes: 1e6 }, limits)).toBe(2);
  expect(leastMilliseconds({ flops: 2e9, bytes: 1e9 }, limits)).toBe(10);
});
