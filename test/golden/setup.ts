import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Device, Problem } from '@scalearn/core';
import { bytesSource, openSafetensors } from '@scalearn/core/files';
import { createHead, type Head, TrainableModel } from '@scalearn/core/methods';
import {
  createEncoder,
  encoderArchitecture,
  encoderFamilies,
  encoderWeights,
  parseEncoderConfig,
  type TransformerEncoder,
} from '@scalearn/encoders';
import { besideGolden, type Case, type CaseHead, memoryReader } from './folder.ts';
import { type CaseMethod, caseMethods } from './methods.ts';

const problems: Record<string, Problem> = {
  single_label_classification: 'singleLabelClassification',
  regression: 'regression',
  multi_label_classification: 'multiLabelClassification',
  multiple_choice: 'multipleChoice',
};

/** Returns why a case cannot run yet, or undefined. */
export function pending({ file }: Case): string | undefined {
  const { name } = file.method;
  if (name !== 'none' && !Object.hasOwn(caseMethods, name)) return `method ${name}`;
  const family = file.encoder.config?.model_type;
  const isKnown = family === undefined || encoderFamilies.some(({ modelType }) => modelType === family);
  return isKnown ? undefined : `encoders of the family ${family}`;
}

export async function caseEncoder(device: Device, { file, weights }: Case): Promise<TransformerEncoder> {
  const { config, path, num_hidden_layers: layers } = file.encoder;
  if (config) {
    const parsed = parseEncoderConfig(config);
    // Weight files may hold additional layers, adapters and heads.
    const { prefix, staticHead } = encoderArchitecture(parsed);
    const inHead = (key: string): boolean =>
      staticHead.modules.slice(0, -1).some((module) => key.startsWith(`${module}.`));
    const parts = encoderWeights(parsed).flatMap((spec) => spec.parts);
    const wanted = new Set(parts.map((part) => `${prefix}.${part}`));
    const own = [...weights].filter(([key]) => wanted.has(key) || inHead(key));
    return createEncoder({ device, config: parsed, weights: memoryReader(new Map(own)), name: file.id });
  }
  const folder = besideGolden(file.id, path as string);
  const noDropout = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  const json = { ...JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')), ...noDropout };
  const reader = await openSafetensors(bytesSource(readFileSync(join(folder, 'model.safetensors'))));
  const options = { device, config: parseEncoderConfig(json), weights: reader, name: file.id };
  return createEncoder(layers === undefined ? options : { ...options, layers });
}

/** The heads of a case by task, with their problems. There is one, except in joint training. */
export function caseTasks({
  file,
}: Case): Readonly<Record<string, readonly [head: CaseHead, problem: Problem]>> {
  const { head, problem, adapters } = file;
  if (typeof problem === 'string')
    return { [adapters?.at(-1) ?? 'task']: [head as CaseHead, problems[problem] as Problem] };
  return Object.fromEntries(
    Object.entries(head as Readonly<Record<string, CaseHead>>).map(([task, each]) => [
      task,
      [each, problems[problem[task] as string] as Problem],
    ]),
  );
}

function caseHeads(c: Case): Record<string, Head> {
  const tasks = Object.entries(caseTasks(c));
  const several = tasks.length > 1;
  // A flexible head is named after the adapter it was trained with: the target, which is the last one.
  const named = c.file.trainable?.map((key) => /^heads\.([^.]+)\./.exec(key)?.[1]).find((found) => found);
  return Object.fromEntries(
    tasks.map(([task, [{ name, layers, num_labels, num_choices }, problem]]) => {
      const pooled = name === 'pooler + linear';
      const layout = pooled || /^static|sequence classification head$/.test(name) ? 'static' : 'flexible';
      const outputs = num_choices ?? num_labels ?? 1;
      const first = layout === 'flexible' && layers === 1;
      return [
        task,
        createHead({
          ...{ problem, layout, outputs, several },
          name: several ? task : (named ?? task),
          ...(first ? { features: 'first' } : pooled ? { features: 'pooled' } : {}),
        }),
      ];
    }),
  );
}

/** Returns the case's model with its recorded initial weights. */
export async function caseModel(
  encoder: TransformerEncoder,
  c: Case,
  decays: boolean,
): Promise<TrainableModel> {
  const method = (caseMethods[c.file.method.name] as CaseMethod)(c, encoder);
  const model = await TrainableModel.create({
    encoder,
    method,
    heads: caseHeads(c),
    adapterName: c.file.adapters?.at(-1) ?? '',
    seed: 0,
    decays,
  });
  model.parameters.write(c.weights);
  return model;
}
