import type { EncoderArchitecture } from '../nn/architecture.ts';
import type { HeadOptions, Problem, SavedHead } from '../nn/head.ts';

/** The names of problems in transformers and the `adapters` library. */
export const problemTypes: Readonly<Record<Problem, string>> = {
  singleLabelClassification: 'single_label_classification',
  regression: 'regression',
  multiLabelClassification: 'multi_label_classification',
  multipleChoice: 'multiple_choice',
};

/** Returns the settings of a Hugging Face `config.json` that depend on the head: its class, and the logits' labels. */
export function hubHeadConfig(
  { problem, outputs, labels }: Pick<HeadOptions, 'problem' | 'outputs'> & Pick<SavedHead, 'labels'>,
  { pythonClass }: Pick<EncoderArchitecture, 'pythonClass'>,
): Record<string, unknown> {
  const choice = problem === 'multipleChoice';
  const names = labels ?? Array.from({ length: outputs }, (_, i) => `LABEL_${i}`);
  return {
    ...(pythonClass
      ? { architectures: [`${pythonClass}For${choice ? 'MultipleChoice' : 'SequenceClassification'}`] }
      : {}),
    ...(choice
      ? {}
      : {
          id2label: Object.fromEntries(names.entries()),
          label2id: Object.fromEntries(names.map((label, id) => [label, id])),
          problem_type: problemTypes[problem],
        }),
  };
}
