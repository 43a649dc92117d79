import { at } from '../elements.ts';
import type { FileSet, SaveCall } from '../methods/method.ts';
import { modelMetadata, stableStringify } from '../methods/model-json.ts';
import { tensorFiles } from '../methods/tensor-files.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import { type HeadOptions, headFeatures, headModules, type Problem, type SavedHead } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { problemTypes } from './hub-head.ts';

export const headTypes: Readonly<Record<Problem, string>> = {
  singleLabelClassification: 'classification',
  regression: 'classification',
  multiLabelClassification: 'multilabel_classification',
  multipleChoice: 'multiple_choice',
};

/** Creates `head_config.json` and the tensors as safetensors and torch files (docs/reference/formats.md#heads). */
export function headFiles(
  { options, labels, tensors }: SavedHead,
  call: Pick<SaveCall, 'encoder' | 'modelName'>,
): FileSet {
  const { problem, outputs, layout, name } = options;
  const names = labels ?? Array.from({ length: outputs }, (_, i) => `LABEL_${i}`);
  const label2id = Object.fromEntries(names.map((label, id) => [label, id]));
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
  };
  const own =
    layout === 'flexible'
      ? { config: flexible, name }
      : { config: null, name: null, label2id, num_labels: outputs };
  return {
    'head_config.json': stableStringify({
      ...modelMetadata(call),
      ...own,
      problem_type: problemTypes[problem],
    }),
    ...tensorFiles('model_head', tensors),
  };
}

/** Returns a head's tensors under the keys of another layout, module by module. */
export function renameHead(
  tensors: ReadonlyMap<string, NamedTensor>,
  from: HeadOptions,
  to: HeadOptions,
  encoder: EncoderArchitecture,
): Map<string, NamedTensor> {
  const [source, target] = [headModules(from, encoder), headModules(to, encoder)];
  return new Map(
    [...tensors].map(([key, tensor]) => {
      const i = source.findIndex((base) => key.startsWith(`${base}.`));
      return [i < 0 ? key : `${target[i]}${key.slice(at(source, i).length)}`, tensor];
    }),
  );
}
