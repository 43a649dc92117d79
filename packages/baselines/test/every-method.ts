import {
  type Encoder,
  type EncoderArchitecture,
  type FileSet,
  mergeSnapshot,
  readSnapshot,
  type SourceAdapter,
  snapshotFiles,
  TrainedModel,
  train,
} from '@scalearn/core';
import { bytesSource, openTensorFile, type TensorToWrite, writeSafetensors } from '@scalearn/core/files';
import { coreMethods, type MethodDefinition } from '@scalearn/core/methods';
import { expect } from 'vitest';
import { randomAdapter } from '../../core/test/methods/random-adapter.ts';
import { randomLora } from '../../core/test/methods/random-lora.ts';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyTask } from '../../core/test/training/tiny.ts';
import { baselineMethods, baselineReaders, mergeIntoEncoder } from '../src/index.ts';

const everyMethod: readonly MethodDefinition[] = [...coreMethods, ...baselineMethods];

/** Makes the sources of a method for an encoder. */
type MakeSources = (encoder: EncoderArchitecture) => readonly SourceAdapter[];

/** The kinds of sources, by their names. */
const sourceKinds: Readonly<Record<'adapters' | 'LoRAs' | 'equal LoRAs', MakeSources>> = {
  adapters: (encoder) => [randomAdapter('red', encoder, 3), randomAdapter('blue', encoder, 3)],
  'equal LoRAs': (encoder) => [randomLora('red', encoder), randomLora('blue', encoder)],
  // Of other ranks and in other layers.
  LoRAs: (encoder) => [
    randomLora('red', encoder),
    randomLora('blue', encoder, {
      rank: 3,
      names: [encoder.modules.value ?? encoder.modules.attentionOutput, encoder.modules.output].map(
        (path) => `${path}`.split('*.').at(-1) ?? '',
      ),
    }),
  ],
};

/** Every method with each kind of sources that it takes. */
export const everyKind: readonly (readonly [string, MethodDefinition, MakeSources])[] = everyMethod.flatMap(
  (definition) => {
    const { id, sources: { takes = 'adapters' } = {} } = definition;
    // LoRAHub adds up the matrices of its sources.
    const loras = id === 'lorahub' ? sourceKinds['equal LoRAs'] : sourceKinds.LoRAs;
    return [
      ...(takes === 'LoRAs' ? [] : [[id, definition, sourceKinds.adapters] as const]),
      ...(takes === 'adapters' ? [] : [[`${id} on LoRAs`, definition, loras] as const]),
    ];
  },
);

const tasks = [
  tinyTask({ id: 'tiny/red', rows: 16, validationRows: 8 }),
  tinyTask({ id: 'tiny/choice', problem: 'multipleChoice', rows: 16, validationRows: 8, seed: 1 }),
] as const;

/**
 * Trains a method on an encoder, a joint one also on multiple choice, writes its folder and reads it again: all logits
 * must be the same, bit for bit. A model that can be merged must then have the merged one's logits, but for rounding. A
 * file with a tensor too many must be refused.
 *
 * @returns the folder's files
 */
export async function checkMethod(
  encoder: Encoder,
  definition: MethodDefinition,
  makeSources: MakeSources = sourceKinds.adapters,
): Promise<FileSet> {
  const { architecture, fingerprint, name } = encoder;
  const sources = definition.sources ? makeSources(architecture) : [];
  const values = {
    ...{ similarities: [0.7, 0.2], weights: [0.7, -0.4], reductionFactor: 2, omega: [0.5, 2] },
    // LoRA has no default for encoders whose queries, keys and values are one matrix.
    ...(architecture.modules.query === undefined ? { targetModules: 'all-linear' } : {}),
  };
  const options = Object.entries(values).filter(([key]) => Object.hasOwn(definition.options, key));
  const method = definition.make(sources, Object.fromEntries(options));
  const own = method.kind === 'joint' ? { tasks: [...tasks] } : { task: tasks[0] };
  const target = { encoder: architecture, encoderFingerprint: fingerprint, modelName: name };
  using model = await train({ ...own, encoder, method, batchSize: 8, epochs: 1, learningRate: 1e-2 });
  const files = await model.files();
  const shapes = method.kind === 'joint' ? [...tasks] : [tasks[0]];
  const snapshot = await readSnapshot(memoryFolder(files), target, baselineReaders);
  expect(snapshot.method.name).toBe(method.name);
  using again = await TrainedModel.fromSnapshot(encoder, snapshot, shapes);
  for (const { id, validation } of shapes)
    expect((await again.for(id).predict(validation)).logits).toEqual(
      (await model.for(id).predict(validation)).logits,
    );
  for (const path of Object.keys(files).filter((each) => each.endsWith('.safetensors')))
    await expect(
      readSnapshot(memoryFolder(await withExtraTensor(files, path)), target, baselineReaders),
      path,
    ).rejects.toThrow('extra.weight');
  if (method.merge) {
    const merged = memoryFolder(snapshotFiles(mergeSnapshot(snapshot)));
    using single = await TrainedModel.fromSnapshot(encoder, await readSnapshot(merged, target), shapes);
    const { validation } = tasks[0];
    const [expected, actual] = [await model.predict(validation), await single.predict(validation)];
    for (const [i, value] of expected.logits.entries()) expect(actual.logits[i]).toBeCloseTo(value, 4);
  }
  if (method.fold) {
    const folded = memoryFolder(snapshotFiles(await mergeIntoEncoder(snapshot, encoder)));
    const read = await readSnapshot(folded, target, baselineReaders);
    using whole = await TrainedModel.fromSnapshot(encoder, read, shapes);
    const { validation } = tasks[0];
    const [expected, actual] = [await model.predict(validation), await whole.predict(validation)];
    for (const [i, value] of expected.logits.entries()) expect(actual.logits[i]).toBeCloseTo(value, 4);
  }
  return files;
}

async function withExtraTensor(files: FileSet, path: string): Promise<FileSet> {
  const reader = await openTensorFile(bytesSource(files[path] as Uint8Array), path);
  const tensors: [string, TensorToWrite][] = [['extra.weight', { shape: [1], data: new Float32Array(1) }]];
  for (const [key, { shape }] of reader.entries)
    tensors.push([key, { shape, data: await reader.readFloat32(key) }]);
  return { ...files, [path]: writeSafetensors(tensors, Object.fromEntries(reader.metadata)) };
}
