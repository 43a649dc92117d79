import { at } from '../elements.ts';
import type { FileSet, SaveCall } from '../methods/method.ts';
import { modelMetadata, stableStringify } from '../methods/model-json.ts';
import { tensorFiles } from '../methods/tensor-files.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import { type HeadOptions, headFeatures, headModules, type Problem, type SavedHead } from '../nn/head.ts';

/** The names of problems in transformers and the `adapters` library. */
export const problemTypes: Readonly<Record<Problem, string>> = {
  singleLabelClassification: 'single_label_classification',
  regression: 'regression',
  multiLabelClassification: 'multi_label_classification',
  multipleChoice: 'multiple_choice',
};

/** The names of flexible heads in the `adapters` library. */
export const headTypes: Readonly<Record<Problem, string>> = {
  singleLabelClassification: 'classification',
  regression: 'classification',
  multiLabelClassification: 'multilabel_classification',
  multipleChoice: 'multiple_choice',
};

/** Returns the labels of a head by their ids, and the ids by their labels. */
function labelMaps(
  labels: readonly string[] | null,
  outputs: number,
): { readonly id2label: Record<string, string>; readonly label2id: Record<string, number> } {
  const names = labels ?? Array.from({ length: outputs }, (_, i) => `LABEL_${i}`);
  return {
    id2label: Object.fromEntries(names.entries()),
    label2id: Object.fromEntries(names.map((label, id) => [label, id])),
  };
}

/** Creates `head_config.json` and the tensors as safetensors and torch files (docs/reference/formats.md#heads). */
export function headFiles(
  { options, labels, tensors }: SavedHead,
  call: Pick<SaveCall, 'encoder' | 'modelName'>,
): FileSet {
  const { problem, outputs, layout, name, pooling } = options;
  // Python knows heads on the first token only, and refuses a configuration with this key.
  const pooled = pooling === undefined ? {} : { pooling };
  const { label2id } = labelMaps(labels, outputs);
  const choice = problem === 'multipleChoice';
  const features = headFeatures(options, call.encoder);
  const flexible = {
    head_type: headTypes[problem],
    [choice ? 'num_choices' : 'num_labels']: outputs,
    layers: features === 'dense' ? 2 : 1,
    activation_function: options.activation ?? 'tanh',
    label2id,
    use_pooler: features === 'pooled',
    dropout_prob: null,
    ...(choice ? {} : { bias: true }),
    ...pooled,
  };
  const own =
    layout === 'flexible'
      ? { config: flexible, name }
      : { config: null, name: null, label2id, num_labels: outputs, ...pooled };
  return {
    'head_config.json': stableStringify({
      ...modelMetadata(call),
      ...own,
      problem_type: problemTypes[problem],
    }),
    ...tensorFiles('model_head', tensors),
  };
}

/** Returns a head with other options, its tensors under the keys of these options, module by module. */
export function renameHead(head: SavedHead, options: HeadOptions, encoder: EncoderArchitecture): SavedHead {
  const [source, target] = [headModules(head.options, encoder), headModules(options, encoder)];
  const tensors = [...head.tensors].map(([key, tensor]) => {
    const i = source.findIndex((base) => key.startsWith(`${base}.`));
    return [i < 0 ? key : `${target[i]}${key.slice(at(source, i).length)}`, tensor] as const;
  });
  return { ...head, options, tensors: new Map(tensors) };
}

/** Returns the settings of a Hugging Face `config.json` that depend on the head: its class, and the logits' labels. */
export function hubHeadConfig(
  { problem, outputs, labels }: Pick<HeadOptions, 'problem' | 'outputs'> & Pick<SavedHead, 'labels'>,
  { pythonClass }: Pick<EncoderArchitecture, 'pythonClass'>,
): Record<string, unknown> {
  const choice = problem === 'multipleChoice';
  const suffix = choice ? 'MultipleChoice' : 'SequenceClassification';
  return {
    ...(pythonClass ? { architectures: [`${pythonClass}For${suffix}`] } : {}),
    ...(choice ? {} : { ...labelMaps(labels, outputs), problem_type: problemTypes[problem] }),
  };
}
