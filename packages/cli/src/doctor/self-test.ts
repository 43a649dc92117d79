import {
  type Adapter,
  bottleneck,
  type Device,
  type EncodedText,
  type Encoder,
  type Method,
  ReferenceDevice,
  scalearn,
} from '@scalearn/core';
import { bytesSource, openSafetensors, type TensorToWrite, writeSafetensors } from '@scalearn/core/files';
import { RandomStream, randomInput } from '@scalearn/core/graph';
import { createDropout, createHead, TrainableModel, trainingGraph } from '@scalearn/core/methods';
import {
  createEncoder,
  encoderWeights,
  type TransformerConfig,
  type TransformerEncoder,
} from '@scalearn/encoders';
import type { SelfTestResult } from '../devices/ask-drivers.ts';
import { kindTraces } from './kernel-kinds.ts';
import { type Trace, traceSteps } from './trace.ts';

/**
 * Largest accepted relative errors. Single precision and another order of summation cause smaller ones; a wrong kernel
 * causes larger ones.
 */
const tolerances = { loss: 1e-5, gradientNorm: 1e-5, parameters: 1e-3 } as const;

/**
 * What a test computes. `training`: an adapter and ScaLearn for a few steps on a small random encoder. Dropout, clipping
 * and AdamW are included, so this runs every operation that training needs, forward and backward. `kinds`: steps of a
 * small graph with every kind of kernel once, for adapters that compile slowly.
 */
export type SelfTestExtent = 'training' | 'kinds';

/** Compares what a device computes with the reference device in double precision. */
export class SelfTest {
  readonly #extent: SelfTestExtent;
  #oracle: Promise<Trace[]> | undefined;

  constructor(extent: SelfTestExtent) {
    this.#extent = extent;
  }

  async run(device: Device): Promise<SelfTestResult> {
    const began = performance.now();
    const traces = this.#extent === 'kinds' ? kindTraces : trainingTraces;
    this.#oracle ??= traces(new ReferenceDevice('float64'));
    const expected = await this.#oracle;
    const actual = await traces(device);
    let [loss, gradientNorm, parameters] = [0, 0, 0];
    for (const [i, trace] of expected.entries()) {
      const other = actual[i] as Trace;
      loss = worst(loss, relative(other.losses, trace.losses));
      gradientNorm = worst(gradientNorm, relative(other.gradientNorms, trace.gradientNorms));
      parameters = worst(parameters, relative(other.moved, trace.moved));
    }
    const passed =
      loss <= tolerances.loss &&
      gradientNorm <= tolerances.gradientNorm &&
      parameters <= tolerances.parameters;
    const seconds = (performance.now() - began) / 1000;
    const result = { passed, loss, gradientNorm, parameters, seconds };
    return this.#extent === 'kinds' ? { ...result, leftOut } : result;
  }
}

/** Returns the larger value, or NaN if one is NaN: NaN must not pass as a small error. */
function worst(a: number, b: number): number {
  return Number.isNaN(b) ? Number.POSITIVE_INFINITY : Math.max(a, b);
}

/** Returns the Euclidean norm of the differences divided by the norm of the expected values. */
function relative(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    size += (expected[i] as number) ** 2;
  }
  return Math.sqrt(difference / size);
}

const leftOut =
  'one kernel of each kind; --full trains an adapter and ScaLearn, with every combination of operations';

async function trainingTraces(device: Device): Promise<Trace[]> {
  using encoder = await tinyEncoder(device);
  const sources = ['first', 'second'].map((name, i) => randomSource(name, 5 + 4 * i));
  const methods = [bottleneck({ reductionFactor: 4 }), scalearn({ sources })];
  const result: Trace[] = [];
  for (const method of methods) result.push(await trace(encoder, method));
  return result;
}

async function trace(encoder: Encoder, method: Method): Promise<Trace> {
  const name = 'self-test';
  const head = createHead({
    problem: 'singleLabelClassification',
    outputs: 3,
    layout: method.headLayout,
    name,
  });
  using model = await TrainableModel.create({
    encoder,
    method,
    heads: { [name]: head },
    adapterName: name,
    seed: 1,
  });
  const graph = trainingGraph(model.build(createDropout(randomInput())), model.parameters, {
    maxGradNorm: 1,
  });
  return await traceSteps(encoder.device, graph, model.parameters, (step, lengths) => ({
    ...encoder.feeds(lengths.map((length, i): EncodedText => randomText(length, `${step}/${i}`))),
    labels: Int32Array.from(lengths, (length) => length % 3),
  }));
}

function randomText(length: number, name: string): EncodedText {
  const stream = new RandomStream(2, name);
  return {
    inputIds: Array.from({ length }, () => stream.below(tinyConfig.vocabSize)),
    tokenTypeIds: Array.from({ length }, (_, i) => (2 * i > length ? 1 : 0)),
  };
}

function randomSource(name: string, width: number): Adapter {
  const { hiddenSize, layers } = tinyConfig;
  const random = (part: string, size: number): Float32Array =>
    new RandomStream(3, `${name}/${part}`).normal(size, 0, 0.2);
  return {
    name,
    hiddenSize,
    width,
    nonLinearity: 'relu',
    layers: Array.from({ length: layers }, (_, i) => ({
      down: random(`${i}/down`, width * hiddenSize),
      downBias: random(`${i}/downBias`, width),
      up: random(`${i}/up`, width * hiddenSize),
      upBias: random(`${i}/upBias`, hiddenSize),
    })),
  };
}

/** A BERT that is small enough for the reference device. Its sizes are not multiples of any kernel's tile. */
export const tinyConfig: TransformerConfig = {
  modelType: 'bert',
  vocabSize: 97,
  hiddenSize: 36,
  layers: 2,
  heads: 3,
  intermediateSize: 76,
  activation: 'gelu',
  maxPositions: 64,
  typeVocabSize: 2,
  layerNormEpsilon: 1e-12,
  padTokenId: 0,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
  classifierDropout: 0.1,
  initializerRange: 0.02,
};

/** Makes the encoder with random weights, without a tokenizer. */
async function tinyEncoder(device: Device): Promise<TransformerEncoder> {
  const bytes = writeSafetensors(tinyWeights(tinyConfig));
  const weights = await openSafetensors(bytesSource(bytes), 'self-test');
  return createEncoder({ device, config: tinyConfig, weights, name: 'self-test' });
}

/** Makes random weights by their names on disk, without the pooler. */
export function tinyWeights(config: TransformerConfig): Map<string, TensorToWrite> {
  const tensors = new Map<string, TensorToWrite>();
  for (const { parts, shape, initial, optional } of encoderWeights(config)) {
    const [rows = 0, ...rest] = shape;
    const partShape = [rows / parts.length, ...rest];
    const size = partShape.reduce((a, b) => a * b, 1);
    const mean = initial === 'ones' ? 1 : 0;
    for (const part of optional ? [] : parts)
      tensors.set(part, { shape: partShape, data: new RandomStream(1, part).normal(size, mean, 0.2) });
  }
  return tensors;
}
