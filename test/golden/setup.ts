import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Adapter,
  adapterKeys,
  bottleneck,
  bytesSource,
  createHead,
  type Device,
  type Head,
  type Method,
  type NamedTensor,
  openSafetensors,
  type Problem,
  type ScalearnVariant,
  scalearn,
  scalearnVariants,
  TrainableModel,
} from '@scalearn/core';
import { createEncoder, parseEncoderConfig, type TransformerEncoder } from '@scalearn/encoders';
import { besideGolden, type Case, memoryReader } from './folder.ts';

const problems: Record<string, Problem> = {
  single_label_classification: 'singleLabelClassification',
  regression: 'regression',
  multi_label_classification: 'multiLabelClassification',
  multiple_choice: 'multipleChoice',
};

/** Why a case cannot run yet, or undefined. */
export function pending({ file }: Case): string | undefined {
  if (file.kind === 'sampler') return 'sampler of joint training';
  const known = ['none', 'bottleneck', ...scalearnVariants];
  return known.includes(file.method.name) ? undefined : `method ${file.method.name}`;
}

export async function caseEncoder(device: Device, { file, weights }: Case): Promise<TransformerEncoder> {
  const { config, path, num_hidden_layers: layers } = file.encoder;
  if (config) {
    const parsed = parseEncoderConfig(config);
    const prefix = `${parsed.modelType === 'bert' ? 'bert' : 'roberta'}.`;
    const own = [...weights].filter(
      ([key]) => key.startsWith(prefix) && !/adapters|scalearn|shared_parameters/.test(key),
    );
    return createEncoder({ device, config: parsed, weights: memoryReader(new Map(own)), name: file.id });
  }
  const folder = besideGolden(path as string);
  const noDropout = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  const json = { ...JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')), ...noDropout };
  const reader = await openSafetensors(bytesSource(readFileSync(join(folder, 'model.safetensors'))));
  const options = { device, config: parseEncoderConfig(json), weights: reader, name: file.id };
  return createEncoder(layers === undefined ? options : { ...options, layers });
}

/** A source adapter from the case's weights. */
function caseAdapter(
  { file, weights }: Case,
  name: string,
  prefix: string,
  layers: number,
  hiddenSize: number,
): Adapter {
  const get = (key: string): Float32Array => (weights.get(key) as NamedTensor).data;
  return {
    name,
    hiddenSize,
    width: file.method.bottleneck as number,
    nonLinearity: file.method.non_linearity as string,
    layers: Array.from({ length: layers }, (_, i) => {
      const keys = adapterKeys(prefix, i, name);
      return {
        down: get(keys.down),
        downBias: get(keys.downBias),
        up: get(keys.up),
        upBias: get(keys.upBias),
      };
    }),
  };
}

export function caseSources(c: Case, encoder: TransformerEncoder): Adapter[] {
  const { prefix, layers, hiddenSize } = encoder.shape;
  return (c.file.adapters ?? []).map((name) => caseAdapter(c, name, prefix, layers, hiddenSize));
}

function caseMethod(c: Case, encoder: TransformerEncoder): Method {
  const { method } = c.file;
  if (method.name === 'bottleneck')
    return bottleneck({
      reductionFactor: encoder.shape.hiddenSize / (method.bottleneck as number),
      nonLinearity: method.non_linearity as string,
    });
  const normalisation = (['mean', 'softmax'] as const).find((kind) => method.normalisation?.startsWith(kind));
  return scalearn({
    sources: caseSources(c, encoder),
    variant: method.name as ScalearnVariant,
    dropout: method.omega_dropout ?? 0,
    ...(normalisation ? { normalisation } : {}),
    ...(method.regulariser ? { regularisation: method.regulariser.lambda } : {}),
  });
}

function caseHead({ file }: Case): Head {
  const problem = problems[file.problem] as Problem;
  const layout = file.head.name.startsWith('static') ? 'static' : 'flexible';
  // A flexible head is named after the adapter it was trained with: the target, which is the last one.
  const name =
    file.trainable?.map((key) => /^heads\.([^.]+)\./.exec(key)?.[1]).find((found) => found) ??
    file.adapters?.at(-1) ??
    '';
  return createHead({ problem, layout, name, outputs: file.head.num_labels ?? file.head.num_choices ?? 1 });
}

/** The case's model with its recorded initial weights. */
export async function caseModel(
  encoder: TransformerEncoder,
  c: Case,
  decays: boolean,
): Promise<TrainableModel> {
  const method = caseMethod(c, encoder);
  const model = await TrainableModel.create({
    encoder,
    method,
    heads: { [c.file.adapters?.at(-1) ?? 'task']: caseHead(c) },
    adapterName: c.file.adapters?.at(-1) ?? '',
    seed: 0,
    decays,
  });
  model.parameters.write(c.weights);
  return model;
}
