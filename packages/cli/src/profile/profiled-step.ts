import { type Adapter, bottleneck, type EncoderArchitecture, type HostArray, scalearn } from '@scalearn/core';
import {
  bindFeeds,
  type DimValues,
  type Graph,
  graphInputs,
  planFeeds,
  randomInput,
  topologicalOrder,
} from '@scalearn/core/graph';
import {
  createDropout,
  createHead,
  optimizerFeeds,
  TrainableModel,
  trainingGraph,
} from '@scalearn/core/methods';
import type { TransformerEncoder } from '@scalearn/encoders';

/** The steps that can be profiled: stage 1 trains an adapter, stage 2 ScaLearn on adapters, predict is a forward pass. */
export const profiledSteps = ['stage1', 'stage2', 'predict'] as const;
export type ProfiledKind = (typeof profiledSteps)[number];

/** A step as a graph, with a batch. */
export interface ProfiledStep extends Disposable {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, HostArray>>;
  /** Sizes of the batch. */
  readonly dims: DimValues;
}

/** A batch, by the number of tokens of each row. */
export type Batch = readonly number[];

/** Adapters of stage 2: as many as GLUE has large tasks. */
const sources = 8;
const reduction = 16;

/** Builds a step of an encoder on a batch, with arbitrary token ids and sources. */
export async function profiledStep(
  encoder: TransformerEncoder,
  kind: ProfiledKind,
  batch: Batch,
): Promise<ProfiledStep> {
  const { architecture, config } = encoder;
  const { vocabSize } = config;
  const method = kind === 'stage2' ? scalearn({ sources: arbitrarySources(architecture) }) : bottleneck();
  const head = createHead({
    problem: 'singleLabelClassification',
    outputs: 2,
    layout: method.headLayout,
    name: 'task',
  });
  const model = await TrainableModel.create({
    encoder,
    method,
    heads: { task: head },
    adapterName: 'task',
    seed: 0,
  });
  const graph: Graph =
    kind === 'predict'
      ? { outputs: { logits: model.build().logits } }
      : trainingGraph(model.build(createDropout(randomInput())), model.parameters, { maxGradNorm: 1 });
  const inputIds = (length: number, row: number): Int32Array =>
    Int32Array.from({ length }, (_, i) => (row * 31 + i * 7) % vocabSize);
  const all: Record<string, HostArray> = {
    ...encoder.feeds(batch.map((length, row) => ({ inputIds: inputIds(length, row) }))),
    ...optimizerFeeds(model.parameters, 1e-4, 0, 1),
    labels: Int32Array.from(batch, (_, row) => row % 2),
    random: Int32Array.of(0, 0, 1),
  };
  const order = topologicalOrder(graph);
  const feeds = Object.fromEntries(
    [...graphInputs(order).keys()].map((name) => [name, all[name] ?? new Int32Array()]),
  );
  const dims = bindFeeds(planFeeds(order), feeds);
  return { graph, feeds, dims, [Symbol.dispose]: () => model.dispose() };
}

function arbitrarySources({ layers, hiddenSize }: EncoderArchitecture): Adapter[] {
  const width = Math.max(1, Math.floor(hiddenSize / reduction));
  const values = (size: number): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => Math.sin(i) * 0.02);
  const layer = {
    ...{ down: values(width * hiddenSize), downBias: values(width) },
    ...{ up: values(hiddenSize * width), upBias: values(hiddenSize) },
  };
  return Array.from({ length: sources }, (_, i) => ({
    ...{ name: `source${i}`, hiddenSize, width, nonLinearity: 'relu' },
    layers: Array.from({ length: layers }, () => layer),
  }));
}

/** Describes a batch for people. */
export function batchText(batch: Batch): string {
  const [first] = batch;
  if (batch.every((length) => length === first)) return `${batch.length} rows of ${first} tokens`;
  return `${batch.length} rows with ${tokensOf(batch)} tokens`;
}

export const tokensOf = (batch: Batch): number => batch.reduce((sum, length) => sum + length, 0);
