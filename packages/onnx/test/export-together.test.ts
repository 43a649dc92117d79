import {
  bottleneck,
  type Encoder,
  type FileSet,
  type Method,
  ReferenceDevice,
  scalearn,
  type TrainedModel,
  type TrainingTask,
  train,
} from '@scalearn/core';
import { bytesSource, openSafetensors, writeSafetensors } from '@scalearn/core/files';
import { createEncoder } from '@scalearn/encoders';
import {
  type ExportDtype,
  exportedFiles,
  exportOnnx,
  exportTogether,
  openExportedFile,
} from '@scalearn/onnx';
import { afterAll, describe, expect, test } from 'vitest';
import { tinyConfig, tinyWeights } from '../../cli/src/doctor/self-test.ts';

const device = new ReferenceDevice('float64');
afterAll(() => device.dispose());

const config = { ...tinyConfig, hiddenSize: 72, intermediateSize: 136, maxPositions: 20 };

async function tinyEncoder(): Promise<Encoder> {
  const weights = await openSafetensors(bytesSource(writeSafetensors(tinyWeights(config))), 'tiny');
  const ids = (text: string): number[] => text.split(' ').map(Number);
  return createEncoder({
    ...{ device, config, weights, name: 'tiny' },
    tokenizer: { encode: ([text]) => ({ inputIds: ids(text), tokenTypeIds: ids(text).map((id) => id % 2) }) },
  });
}

type Kind = Pick<TrainingTask, 'id' | 'problem' | 'labels'>;
const kinds = {
  moods: { id: 'own/moods', problem: 'singleLabelClassification', labels: ['sad', 'glad', 'mad'] },
  marks: { id: 'own/marks', problem: 'regression', labels: null },
  tags: { id: 'own/tags', problem: 'multiLabelClassification', labels: ['hot', 'loud', 'new', 'old'] },
} satisfies Record<string, Kind>;

/** A model after two steps with a high learning rate, so that models differ clearly. */
function trained(encoder: Encoder, kind: Kind, method: Method): Promise<TrainedModel> {
  const label = kind.problem === 'multiLabelClassification' ? (kind.labels ?? []).map((_, i) => i % 2) : 0;
  const rows = [{ segments: ['5 6 7'], label } as const];
  const task = { maxLength: 16, truncation: 'longestFirst', train: rows, validation: rows } as const;
  const how = { maxSteps: 2, batchSize: 1, learningRate: 0.05 };
  return train({ encoder, task: { ...task, ...kind }, method, ...how });
}

const segments: readonly [string][] = [['5 6 7'], ['8'], ['9 10 11 12']];

async function logitsOf(
  files: FileSet,
  encoder: Encoder,
  { dtype = 'f32', ...how }: { dtype?: ExportDtype; model?: number; runtime?: 'onnxruntime-web' } = {},
): Promise<{ logits: number[]; columns: number }> {
  const { runtime, model } = how;
  const content = files[exportedFiles[dtype].file] as Uint8Array;
  await using file = await openExportedFile(content, { threads: 1, ...(runtime ? { runtime } : {}) });
  const texts = segments.map((text) => encoder.encode(text, { maxLength: 16, truncation: 'longestFirst' }));
  const { logits, columns } = await file.predict(texts, model === undefined ? {} : { model });
  return { logits: [...logits], columns };
}

const distance = (a: readonly number[], b: readonly number[]): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));
};

const bytesOf = (files: FileSet, dtype: ExportDtype = 'f32'): number =>
  (files[exportedFiles[dtype].file] as Uint8Array).length;

describe('models of one encoder in one file', () => {
  test('give what each gives alone, with heads and adapters of different sizes', async () => {
    using encoder = await tinyEncoder();
    using moods = await trained(encoder, kinds.moods, bottleneck({ reductionFactor: 4 }));
    using marks = await trained(encoder, kinds.marks, bottleneck({ reductionFactor: 12 }));
    // Its adapters are merged into a wider one.
    const sources = [await moods.adapter(), await marks.adapter()];
    using tags = await trained(encoder, kinds.tags, scalearn({ sources, variant: 'scalearn++' }));
    const models = { moods, marks, tags };
    const dtypes = ['f32', 'f16', 'q8', 'q4'] as const;
    const calibrations = { moods: { temperature: 2 }, tags: { threshold: 0.3 } };
    const together = await exportTogether(models, { dtypes, calibrations });
    const apart = await Promise.all(
      Object.entries(models).map(([name, model]) =>
        exportOnnx(model, { dtypes, calibration: { ...calibrations }[name as 'moods'] ?? {} }),
      ),
    );
    for (const dtype of dtypes) {
      // The parts of the models are f32 in a file of several.
      const most = dtype === 'f32' ? 1e-5 : 0.05;
      for (const [i, alone] of apart.entries()) {
        const [found, expected] = [
          await logitsOf(together, encoder, { dtype, model: i }),
          await logitsOf(alone, encoder, { dtype }),
        ];
        expect([dtype, i, found.columns]).toEqual([dtype, i, [3, 1, 4][i]]);
        expect(distance(found.logits, expected.logits)).toBeLessThan(most);
      }
    }
    const web = await logitsOf(together, encoder, { model: 2, runtime: 'onnxruntime-web' });
    expect(distance(web.logits, (await logitsOf(apart[2] as FileSet, encoder)).logits)).toBeLessThan(1e-5);
    // Models differ, so the index matters.
    const [first, third] = [0, 2].map((i) => logitsOf(together, encoder, { model: i }));
    expect((await first)?.logits).not.toEqual((await third)?.logits);
    await expect(logitsOf(together, encoder, { model: 3 })).rejects.toThrow(/out of|bounds/);
    // The encoder is stored once.
    expect(bytesOf(together)).toBeLessThan(1.4 * bytesOf(apart[0] as FileSet));

    const description = JSON.parse(together['config.json'] as string);
    expect(description).toMatchObject({
      architectures: ['BertForSequenceClassification'],
      'transformers.js_config': { dtype: 'fp32' },
      models: [
        { name: 'moods', id2label: { 0: 'sad', 2: 'mad' }, calibration: { temperature: 2 } },
        { name: 'marks', problem_type: 'regression' },
        { name: 'tags', problem_type: 'multi_label_classification', calibration: { threshold: 0.3 } },
      ],
    });
    expect(description.id2label).toBeUndefined();
  });

  test('that are alike may be given, too', async () => {
    using encoder = await tinyEncoder();
    using one = await trained(encoder, kinds.moods, bottleneck());
    const files = await exportTogether({ one, same: one });
    const first = await logitsOf(files, encoder, { model: 0 });
    expect(await logitsOf(files, encoder, { model: 1 })).toEqual(first);
  });
});

describe('what is refused', () => {
  test('no model, models of different encoders, and models that compute differently', async () => {
    await expect(exportTogether({})).rejects.toThrow('there are no models to export');
    using encoder = await tinyEncoder();
    using other = await tinyEncoder();
    using one = await trained(encoder, kinds.moods, bottleneck());
    using elsewhere = await trained(other, kinds.moods, bottleneck());
    await expect(exportTogether({ one, elsewhere })).rejects.toThrow(
      'one and elsewhere have different encoders',
    );
    using tanh = await trained(encoder, kinds.moods, bottleneck({ nonLinearity: 'tanh' }));
    await expect(exportTogether({ one, tanh })).rejects.toThrow('one and tanh compute differently');
  });
});
