import {
  bottleneck,
  type Encoder,
  ReferenceDevice,
  TrainedModel,
  type TrainingTask,
  train,
} from '@scalearn/core';
import { bytesSource, openSafetensors, writeSafetensors } from '@scalearn/core/files';
import {
  type Graph,
  input,
  linear,
  RandomStream,
  selectFirst,
  sequenceMean,
  type Tensor,
  variable,
} from '@scalearn/core/graph';
import {
  createEncoder,
  maxSequenceLength,
  parseEncoderConfig,
  type TransformerConfig,
} from '@scalearn/encoders';
import { exportedFiles, exportOnnx, loadRuntime, OnnxExportError, openExportedFile } from '@scalearn/onnx';
import { afterAll, describe, expect, test } from 'vitest';
import { tinyConfig, tinyWeights } from '../../cli/src/doctor/self-test.ts';
import { checkSize, classifierModel } from '../src/export/classifier-model.ts';
import type { RuntimeName, RuntimeTensor } from '../src/runtime.ts';

const device = new ReferenceDevice('float64');
afterAll(() => device.dispose());
const bert = { ...tinyConfig, maxPositions: 20 };
// Positions begin behind the padding token's, and there are no token types.
const roberta: TransformerConfig = { ...bert, modelType: 'roberta', padTokenId: 1, typeVocabSize: 1 };

const distilbert: TransformerConfig = { ...bert, modelType: 'distilbert', typeVocabSize: 0 };

/** Encoders of other families, of the same size. */
const others = [
  { model_type: 'electra', embedding_size: 20, type_vocab_size: 2 },
  { model_type: 'mpnet' },
  { model_type: 'modernbert', global_attn_every_n_layers: 2, local_attention: 4 },
  // Long rows are divided into blocks.
  { model_type: 'modernbert', global_attn_every_n_layers: 4, local_attention: 8, num_hidden_layers: 3 },
  {
    ...{ model_type: 'deberta-v2', relative_attention: true, position_biased_input: false },
    ...{ share_att_key: true, pos_att_type: 'p2c|c2p', position_buckets: 6, norm_rel_ebd: 'layer_norm' },
  },
  { model_type: 'deberta-v2', relative_attention: true, pos_att_type: ['p2c'], type_vocab_size: 2 },
].map((own) =>
  parseEncoderConfig({
    ...{ vocab_size: 97, hidden_size: 36, num_hidden_layers: 2, num_attention_heads: 3 },
    ...{ intermediate_size: 76, max_position_embeddings: 20, ...own },
  }),
);

/** Texts of it are its token ids. */
async function encoderOf(config: TransformerConfig): Promise<Encoder> {
  const weights = await openSafetensors(bytesSource(writeSafetensors(tinyWeights(config))), 'tiny');
  const ids = (text: string): number[] => text.split(' ').map(Number);
  return createEncoder({
    ...{ device, config, weights, name: 'tiny' },
    tokenizer: { encode: ([text]) => ({ inputIds: ids(text), tokenTypeIds: ids(text).map((id) => id % 2) }) },
  });
}

/** The encoder's last layer at the first tokens or as the mean of all, times a matrix. */
function classifier(encoder: Encoder, { largest = 1, pool = selectFirst } = {}): Graph {
  const { hiddenSize } = encoder.architecture;
  const values = new RandomStream(3, 'classifier').normal(3 * hiddenSize, 0, 0.3);
  values[0] = largest;
  const weight = variable(device.upload(values, [3, hiddenSize], { label: 'classifier' }));
  const { hiddenStates, cuSeqlens } = encoder.build({ sites: {} });
  return { outputs: { logits: linear(pool(hiddenStates.at(-1) as Tensor, cuSeqlens), weight) } };
}

/** Rows of a padded batch, `.` for padding; tokens are drawn. */
type Layout = readonly string[];

const layouts: Readonly<Record<string, Layout>> = {
  'padded at the end': ['xxxxx....', 'xxxxxxxxx', 'xx.......'],
  'padded at the beginning': ['....xxxxx', 'xxxxxxxxx', '.......xx'],
  'padded in between': ['x.x.xxx..', '.xx..x.x.', 'xxxxxxxxx'],
  'longer than its longest row': ['xxx....', 'x......'],
  'of equal rows': ['xxxx', 'xxxx', 'xxxx'],
  'of a single row': ['xxxxxx'],
  'of a single token': ['x'],
  'of the longest rows that there can be': ['x'.repeat(18), `${'x'.repeat(17)}.`],
};

async function logitsOf(
  { typeVocabSize }: TransformerConfig,
  model: Uint8Array,
  layout: Layout,
  ids: readonly number[][],
  runtime: RuntimeName = 'onnxruntime-node',
): Promise<number[]> {
  const { InferenceSession, Tensor } = await loadRuntime(runtime);
  const session = await InferenceSession.create(model, {});
  const fill = (of: (row: number, at: number) => number): RuntimeTensor => {
    const values = layout.flatMap((text, row) => {
      let at = 0;
      return Array.from(text, (place) => BigInt(place === 'x' ? of(row, at++) : 0));
    });
    return new Tensor('int64', BigInt64Array.from(values), [layout.length, layout[0]?.length as number]);
  };
  const { logits } = await session.run({
    input_ids: fill((row, at) => ids[row]?.[at] as number),
    attention_mask: fill(() => 1),
    ...(typeVocabSize > 1 ? { token_type_ids: fill((row, at) => (ids[row]?.[at] as number) % 2) } : {}),
  });
  expect(logits?.dims).toEqual([layout.length, 3]);
  await session.release();
  return Array.from(logits?.data ?? []);
}

function draw(layout: Layout): number[][] {
  const stream = new RandomStream(1, layout.join());
  return layout.map((row) => Array.from(row.replaceAll('.', ''), () => stream.below(90) + 3));
}

async function reference(encoder: Encoder, graph: Graph, ids: readonly number[][]): Promise<number[]> {
  using program = await device.compile(graph);
  const feeds = encoder.feeds(ids.map((row) => ({ inputIds: row, tokenTypeIds: row.map((id) => id % 2) })));
  return Array.from((await program.run(feeds)).logits as ArrayLike<number>);
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));

const norm = (values: readonly number[]): number => Math.hypot(...values);

describe.each([bert, roberta, distilbert, ...others])('$modelType', (config) => {
  const [firstPosition, dtype] = [config.maxPositions - maxSequenceLength(config), 'f32'] as const;

  test.each(Object.entries(layouts))('a batch %s gives what its ragged batch gives', async (_, layout) => {
    expect(maxSequenceLength(config)).toBeGreaterThanOrEqual(18);
    using encoder = await encoderOf(config);
    const graph = classifier(encoder);
    const model = await classifierModel(graph, { firstPosition, dtype });
    const ids = draw(layout);
    expect(
      distance(await logitsOf(config, model, layout, ids), await reference(encoder, graph, ids)),
    ).toBeLessThan(2e-5);
  });
});

test.each(Object.entries(layouts))('the mean of all tokens of a batch %s', async (_, layout) => {
  using encoder = await encoderOf(bert);
  const graph = classifier(encoder, { pool: sequenceMean });
  const ids = draw(layout);
  const expected = await reference(encoder, graph, ids);
  for (const dtype of ['f32', 'q8'] as const) {
    const model = await classifierModel(graph, { firstPosition: 0, dtype });
    const found = await logitsOf(bert, model, layout, ids);
    expect(distance(found, expected)).toBeLessThan(dtype === 'f32' ? 2e-5 : 0.2 * norm(expected));
  }
});

test.each(['f16', 'q8', 'q4'] as const)(
  'angles of rotary positions stay f32 in a file of %s',
  async (dtype) => {
    const config = others.find(({ modelType }) => modelType === 'modernbert') as TransformerConfig;
    using encoder = await encoderOf(config);
    const model = await classifierModel(classifier(encoder), { firstPosition: 0, dtype });
    const angle = Float32Array.of(Math.cos(7), Math.cos(7 / 160000 ** (1 / 6)));
    expect(Buffer.from(model).includes(Buffer.from(angle.buffer))).toBe(true);
  },
);

test('only standard operators are used', async () => {
  using encoder = await encoderOf(bert);
  const model = await classifierModel(classifier(encoder), { firstPosition: 0, dtype: 'f16' });
  expect(new TextDecoder('latin1').decode(model)).not.toMatch(/com\.microsoft|FusedMatMul/);
});

describe('f16', () => {
  const layout = layouts['padded at the end'] as Layout;
  const ids = draw(layout);

  test('stores matrices in half the bytes, for nearly the same logits', async () => {
    using encoder = await encoderOf(bert);
    const graph = classifier(encoder);
    const [whole, half] = await Promise.all(
      (['f32', 'f16'] as const).map((dtype) => classifierModel(graph, { firstPosition: 0, dtype })),
    );
    expect(half?.length).toBeLessThan((whole?.length as number) * 0.7);
    const exact = await reference(encoder, graph, ids);
    const difference = distance(await logitsOf(bert, half as Uint8Array, layout, ids), exact);
    expect(difference).toBeLessThan(2e-2);
    expect(difference).toBeGreaterThan(1e-5);
  });

  test('leaves a matrix whose values it does not hold as it is', async () => {
    using encoder = await encoderOf(bert);
    const graph = classifier(encoder, { largest: 70_000 });
    const model = await classifierModel(graph, { firstPosition: 0, dtype: 'f16' });
    const exact = await reference(encoder, graph, ids);
    const found = await logitsOf(bert, model, layout, ids);
    expect(found.every(Number.isFinite)).toBe(true);
    expect(distance(found, exact) / Math.max(...exact.map(Math.abs))).toBeLessThan(1e-2);
  });
});

describe('quantized', () => {
  // Wide enough for products to be quantized; no multiple of a block.
  const wide = { ...bert, hiddenSize: 72, intermediateSize: 136 };
  const layout = layouts['padded in between'] as Layout;
  const ids = draw(layout);

  test.each([
    ['q8', 0.32, /MatMulInteger/, 0.05],
    ['q4', 0.26, /MatMulNBits/, 0.5],
  ] as const)(
    '%s has a small file and similar logits, in both forms of ONNX Runtime',
    async (dtype, size, operator, most) => {
      using encoder = await encoderOf(wide);
      const graph = classifier(encoder);
      const exact = await reference(encoder, graph, ids);
      const whole = await classifierModel(graph, { firstPosition: 0, dtype: 'f32' });
      const model = await classifierModel(graph, { firstPosition: 0, dtype });
      const text = new TextDecoder('latin1').decode(model);
      expect(text).toMatch(operator);
      expect(/com\.microsoft/.test(text)).toBe(dtype === 'q4');
      const native = await logitsOf(wide, model, layout, ids);
      const web = await logitsOf(wide, model, layout, ids, 'onnxruntime-web');
      expect(model.length / whole.length).toBeLessThan(size);
      // Random weights lose more than those of a trained model; a wrong layout would be off by more than 1.
      const difference = norm(native.map((value, i) => value - (exact[i] as number))) / norm(exact);
      expect(difference).toBeLessThan(most);
      expect(difference).toBeGreaterThan(1e-4);
      expect(distance(web, native)).toBeLessThan(1e-2);
    },
  );

  test('a weight that is not finite is refused', async () => {
    using encoder = await encoderOf(wide);
    const graph = classifier(encoder, { largest: Number.NaN });
    await expect(classifierModel(graph, { firstPosition: 0, dtype: 'q8' })).rejects.toThrow(/diverged/);
  });
});

describe('an exported file', () => {
  const segments: readonly [string][] = [['5 6 7'], ['8'], ['9 10']];

  test.each([
    ['onnxruntime-node', bert],
    ['onnxruntime-web', roberta],
  ] as const)('gives the logits of texts in %s', async (runtime, config) => {
    using encoder = await encoderOf(config);
    using model = await trained(encoder, { problem: 'multiLabelClassification', labels: ['a', 'b'] });
    const { [exportedFiles.f32.file]: content } = await exportOnnx(model);
    await using file = await openExportedFile(content as Uint8Array, { runtime, threads: 1 });
    const texts = segments.map((text) => encoder.encode(text, model.task));
    const progress: number[] = [];
    const found = await file.predict(texts, { batchSize: 2, onProgress: (done) => progress.push(done) });
    expect([found.rows, found.columns, progress]).toEqual([3, 2, [0, 2, 3]]);
    const expected = await model.predictTexts(segments);
    expect(distance([...found.logits], [...expected.logits])).toBeLessThan(2e-5);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(file.predict(texts, { signal })).rejects.toThrow('stop');
  });
});

describe('what is refused', () => {
  test('weights of more than a file holds', () => {
    checkSize(2e9, 'f32');
    expect(() => checkSize(2.2e9, 'f32')).toThrow(/take 2\.0 GiB.*export them as f16/);
    expect(() => checkSize(2.2e9, 'f16')).toThrow(/smaller encoder/);
  });

  test('a graph that is fed more than texts', async () => {
    const graph = { outputs: { logits: linear(input('extra', ['sequences', 2]), input('w', [2, 2])) } };
    await expect(classifierModel(graph, { firstPosition: 0, dtype: 'f32' })).rejects.toThrow(
      /input 'extra', which cannot come from texts/,
    );
  });

  test('choices between texts, and encoders that Hugging Face does not have', async () => {
    const encoder = await encoderOf(bert);
    using model = await trained(encoder, { problem: 'regression', labels: null });
    const snapshot = await model.snapshot();
    const [[name, head]] = [...snapshot.heads] as [
      [string, NonNullable<ReturnType<typeof snapshot.heads.get>>],
    ];
    const choice = { ...head, options: { ...head.options, problem: 'multipleChoice', outputs: 2 } } as const;
    const heads = new Map([[name, choice]]);
    const task = { ...model.task, problem: 'multipleChoice' } as const;
    using chooser = await TrainedModel.fromSnapshot(encoder, { ...snapshot, heads }, task);
    await expect(exportOnnx(chooser)).rejects.toThrow(/chooses between several texts/);

    const unknown: Encoder = Object.create(encoder, { hubConfig: { value: undefined } });
    using other = await TrainedModel.fromSnapshot(unknown, snapshot, model.task);
    await expect(exportOnnx(other)).rejects.toThrow(OnnxExportError);
  });
});

test('config.json says what the logits mean', async () => {
  using encoder = await encoderOf(roberta);
  using model = await trained(encoder, { problem: 'multiLabelClassification', labels: ['hot', 'loud'] });
  const files = await exportOnnx(model, { dtypes: ['f16', 'f32'] });
  expect(Object.keys(files).sort()).toEqual(['config.json', 'onnx/model.onnx', 'onnx/model_fp16.onnx']);
  expect(JSON.parse(files['config.json'] as string)).toMatchObject({
    architectures: ['RobertaForSequenceClassification'],
    ...{ model_type: 'roberta', pad_token_id: 1 },
    problem_type: 'multi_label_classification',
    id2label: { 0: 'hot', 1: 'loud' },
    label2id: { hot: 0, loud: 1 },
    'transformers.js_config': { dtype: 'fp16' },
  });
});

describe('a calibration', () => {
  const kind = { problem: 'multiLabelClassification', labels: ['hot', 'loud'] } as const;

  test('divides the logits, and gives the threshold to the reader', async () => {
    using encoder = await encoderOf(roberta);
    using model = await trained(encoder, kind);
    const text = [encoder.encode(['5 6 7'], model.task)];
    const logits = async (files: Awaited<ReturnType<typeof exportOnnx>>): Promise<number[]> => {
      await using file = await openExportedFile(files[exportedFiles.f32.file] as Uint8Array);
      return [...(await file.predict(text)).logits];
    };
    const files = await exportOnnx(model, { calibration: { temperature: 2.5, threshold: 0.3 } });
    const expected = (await logits(await exportOnnx(model))).map((value) => value / 2.5);
    expect(distance(await logits(files), expected)).toBeLessThan(1e-6);
    const config = JSON.parse(files['config.json'] as string);
    expect(config.calibration).toEqual({ temperature: 2.5, threshold: 0.3 });
  });

  test.each([
    [kind, { temperature: 0 }, /temperature of own\/task is 0; it must be a number of at least 0.000001/],
    [kind, { temperature: 1e-300 }, /it must be a number of at least/],
    [kind, { temperature: Number.NaN }, /temperature of own\/task is NaN/],
    [kind, { threshold: 1.5 }, /threshold of own\/task is 1.5; it must be from 0 to 1/],
    [{ problem: 'regression', labels: null }, { temperature: 2 }, /regression, which has no temperature/],
  ] as const)('out of range is refused: %j %j', async (kind, calibration, message) => {
    using encoder = await encoderOf(roberta);
    using model = await trained(encoder, kind);
    await expect(exportOnnx(model, { calibration })).rejects.toThrow(message);
  });
});

/** A bottleneck after a single step. */
function trained(encoder: Encoder, kind: Pick<TrainingTask, 'problem' | 'labels'>): Promise<TrainedModel> {
  const label = kind.labels ? kind.labels.map((_, i) => i % 2) : 0.5;
  const rows = [{ segments: ['5 6 7'], label } as const];
  const task = {
    id: 'own/task',
    maxLength: 16,
    truncation: 'longestFirst',
    train: rows,
    validation: rows,
  } as const;
  return train({ encoder, task: { ...task, ...kind }, method: bottleneck(), maxSteps: 1, batchSize: 1 });
}
