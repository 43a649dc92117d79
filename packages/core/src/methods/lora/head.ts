import { at } from '../../elements.ts';
import { ModelFileError } from '../../files/errors.ts';
import { shown, shownList } from '../../files/shown.ts';
import type { EncoderArchitecture } from '../../nn/architecture.ts';
import { createHead, type HeadOptions, headModules, type SavedHead, usesPooler } from '../../nn/head.ts';
import type { NamedTensor } from '../../nn/parameters.ts';
import type { LoraConfig } from './config.ts';
import { trainsInHead } from './module-names.ts';

/**
 * Returns the head of a classification model, which has the form of the class of transformers. PEFT stores no labels.
 *
 * @param adapted paths of the adapted layers
 * @throws ModelFileError if its tensors do not fit the encoder, or are those of another task
 */
export function readPeftHead(
  { settings, taskType }: LoraConfig,
  tensors: ReadonlyMap<string, NamedTensor>,
  encoder: EncoderArchitecture,
  adapted: readonly string[],
  where: string,
): SavedHead | undefined {
  if (tensors.size === 0) return undefined;
  if (taskType !== null && taskType !== 'SEQ_CLS')
    throw new ModelFileError(
      `${where} has the head of a model for ${shown(taskType)} (task_type), and only SEQ_CLS can be read; the LoRA itself can be a source`,
    );
  const features = usesPooler(encoder) ? ({ features: 'pooled' } as const) : {};
  const form = { layout: 'static', name: '', ...features } as const;
  const last = at(headModules({ ...form, problem: 'regression', outputs: 1 }, encoder), -1);
  const outputs = tensors.get(`${last}.bias`)?.shape[0] ?? 0;
  const problem = outputs === 1 ? 'regression' : 'singleLabelClassification';
  const options: HeadOptions = { ...form, problem, outputs };
  const specs = createHead(options).parameters(encoder);
  const expected = new Map(specs.map(({ name, shape }) => [name, String(shape)]));
  // The others are those of the encoder's checkpoint.
  const modules = headModules(options, encoder);
  const problems = [
    ...specs.flatMap(({ name }) =>
      tensors.has(name) || !trainsInHead(name, modules, settings, adapted) ? [] : [`missing ${name}`],
    ),
    ...[...tensors].flatMap(([key, { shape }]) =>
      !expected.has(key)
        ? [`unexpected ${key}`]
        : expected.get(key) === String(shape)
          ? []
          : [`${key} is [${shape.slice(0, 8)}], not [${expected.get(key)}]`],
    ),
  ];
  if (problems.length > 0)
    throw new ModelFileError(
      `${where} does not have the head of ${encoder.modelType}: ${shownList(problems)}`,
    );
  return { options, labels: problem === 'regression' ? null : [], tensors };
}
