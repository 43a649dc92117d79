import {
  adapterFusion,
  adapterM,
  adapterSoup,
  baselineReaders,
  compacter,
  fullFinetuning,
  fullFinetuningM,
  hyperformer,
  ia3,
  loraAverage,
  lorahub,
  probe,
  propetl,
  propetlM,
} from '@scalearn/baselines';
import {
  bottleneck,
  lora,
  type Method,
  type NamedTensor,
  type Problem,
  readSnapshot,
  readSourceFolder,
  scalearn,
  snapshotFiles,
} from '@scalearn/core';
import { createHead, type SavedHead } from '@scalearn/core/methods';
import { memoryFolder, modelFolder } from '@scalearn/encoders';
import { architecture } from '../../../packages/core/test/methods/architecture.ts';
import { randomAdapter } from '../../../packages/core/test/methods/random-adapter.ts';
import { randomLora } from '../../../packages/core/test/methods/random-lora.ts';
import { filesOf, mutatedFiles } from '../harness/mutate-files.ts';
import type { Files, FuzzTarget } from '../harness/target.ts';

const encoder = architecture('bert');
const source = (name: string) => randomAdapter(name, encoder, 4);
const sources = [source('mnli'), source('red')];
const loras = [randomLora('mnli', encoder), randomLora('red', encoder, { rank: 3, names: ['value'] })];

/** Returns made-up trained values for a shape. */
function tensor(shape: readonly number[]): NamedTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => ((i % 7) - 3) / 10) };
}

/** Returns the folder of an untrained model. */
function folderOf(
  method: Method,
  tasks: readonly string[] = ['red'],
  problem: Problem = 'singleLabelClassification',
): Files {
  const adapterName = tasks.length > 1 ? 'joint' : 'red';
  const target = { encoder, adapterName, tasks };
  const heads = tasks.map((task): [string, SavedHead] => {
    const outputs = problem === 'regression' ? 1 : 2;
    const several = tasks.length > 1;
    const features = method.usesTransformersHead ? ({ features: 'pooled' } as const) : {};
    const options = { problem, outputs, layout: method.headLayout, name: task, several, ...features };
    const tensors = createHead(options)
      .parameters(encoder)
      .map(({ name, shape }): [string, NamedTensor] => [name, tensor(shape)]);
    return [
      task,
      { options, labels: problem === 'regression' ? null : ['no', 'yes'], tensors: new Map(tensors) },
    ];
  });
  const own = method
    .parameters(target)
    .map(({ name, shape }): [string, NamedTensor] => [name, tensor(shape)]);
  const trained =
    method.trainsEncoder === true ? [['bert.encoder.layer.0.output.dense.bias', tensor([8])] as const] : [];
  const encoderConfig = { model_type: 'bert', hidden_size: 8 };
  const tensors = new Map<string, NamedTensor>([...own, ...trained]);
  return filesOf(
    snapshotFiles({ ...target, method, tensors, heads: new Map(heads), modelName: 'tiny', encoderConfig }),
  );
}

/** Reads a model's folder as every command does, and writes it again. */
const folder = (files: Files, names?: readonly string[]): FuzzTarget => ({
  valid: [files],
  generate: mutatedFiles(files, names),
  async parse(input) {
    const snapshot = await readSnapshot(
      modelFolder(memoryFolder(input)),
      { encoder, modelName: 'tiny' },
      baselineReaders,
    );
    snapshotFiles(snapshot);
  },
});

const joint = ['red', 'blue'];
const small = { reductionFactor: 2 };

export const modelFolders: Readonly<Record<string, () => FuzzTarget>> = {
  // Adapters of other libraries are sources. They are read separately and combined.
  adapter: () => ({
    ...folder(folderOf(bottleneck({ width: 4 })), ['adapter_config.json', 'adapter.safetensors']),
    async parse(input) {
      const adapter = await readSourceFolder(modelFolder(memoryFolder(input)));
      const method = scalearn({ sources: [adapter] });
      method.frozen?.({ encoder, adapterName: adapter.name, tasks: [adapter.name] });
    },
  }),
  lora: () =>
    folder(
      folderOf(lora({ rank: 2, targetModules: '.*\\.(query|value)', rankPattern: { '.*1.*value': 3 } })),
      ['adapter_config.json', 'adapter_model.safetensors'],
    ),
  'lora-source': () => ({
    ...folder(folderOf(lora({ rank: 2, targetModules: ['query', 'output.dense'], layersToTransform: [1] })), [
      'adapter_config.json',
      'adapter_model.safetensors',
    ]),
    async parse(input) {
      const adapter = await readSourceFolder(modelFolder(memoryFolder(input)));
      const method = scalearn({ sources: [adapter] });
      method.frozen?.({ encoder, adapterName: adapter.name, tasks: [adapter.name] });
    },
  }),
  'scalearn-loras': () => folder(folderOf(scalearn({ sources: loras }))),
  head: () => folder(folderOf(bottleneck({ width: 4 })), ['head_config.json', 'model_head.safetensors']),
  'choice-head': () =>
    folder(folderOf(scalearn({ sources }), ['red'], 'multipleChoice'), [
      'head_config.json',
      'model_head.safetensors',
    ]),
  scalearn: () => folder(folderOf(scalearn({ sources }))),
  'scalearn-uniform++': () => folder(folderOf(scalearn({ sources, variant: 'scalearn-uniform++' }))),
  'adapter-fusion': () => folder(folderOf(adapterFusion({ sources }))),
  'adapter-soup': () => folder(folderOf(adapterSoup({ sources, weights: [0.25, 0.75] }))),
  'lora-average': () => folder(folderOf(loraAverage({ sources: loras }))),
  lorahub: () => folder(folderOf(lorahub({ sources: loras.slice(0, 1), weights: [0.5] }))),
  probe: () => folder(folderOf(probe({ sources, omega: [0.3, 0.9] }))),
  compacter: () => folder(folderOf(compacter(small))),
  ia3: () => folder(folderOf(ia3())),
  propetl: () => folder(folderOf(propetl(small))),
  'full-finetuning': () => folder(folderOf(fullFinetuning())),
  'full-finetuning-m': () => folder(folderOf(fullFinetuningM(), joint)),
  'adapter-m': () => folder(folderOf(adapterM(), joint)),
  'propetl-m': () => folder(folderOf(propetlM(small), joint)),
  hyperformer: () =>
    folder(
      folderOf(
        hyperformer({ ...small, taskEmbeddingSize: 4, taskHiddenSize: 4, projectedTaskEmbeddingSize: 4 }),
        joint,
      ),
    ),
};
