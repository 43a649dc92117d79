// An exported folder as a program without ScaLearn opens it.
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  pipeline,
  Tensor,
  type TextClassificationPipeline,
} from '@huggingface/transformers';

export type Texts = readonly [string] | readonly [string, string];

// Folders are named from the root, and nothing is looked up elsewhere.
env.allowRemoteModels = false;
env.localModelPath = '/';

interface ExportedOptions {
  dtype?: 'fp32' | 'fp16' | 'q8' | 'q4';
  batchSize?: number;
  /** Which of several models. */
  index?: number;
}

/** Logits of texts or pairs, given to the model in batches of `batchSize`. */
export async function exportedLogits(
  folder: string,
  texts: readonly Texts[],
  { dtype = 'fp32', batchSize = texts.length, index }: ExportedOptions = {},
): Promise<number[][]> {
  const tokenizer = await AutoTokenizer.from_pretrained(folder);
  const model = await AutoModelForSequenceClassification.from_pretrained(folder, { dtype });
  const rows: number[][] = [];
  for (let i = 0; i < texts.length; i += batchSize) {
    const batch = texts.slice(i, i + batchSize);
    const second = batch.flatMap(([, text]) => (text === undefined ? [] : [text]));
    const inputs = tokenizer(
      batch.map(([text]) => text),
      { padding: true, truncation: true, ...(second.length > 0 ? { text_pair: second } : {}) },
    );
    const chosen = index === undefined ? {} : { model: new Tensor('int64', [BigInt(index)], [1]) };
    const { logits } = await model({ ...inputs, ...chosen });
    rows.push(...(logits.tolist() as number[][]));
  }
  await model.dispose();
  return rows;
}

/** Probabilities of all labels by transformers.js' own pipeline, which classifies single texts. */
export async function pipelineProbabilities(
  folder: string,
  texts: readonly string[],
): Promise<Record<string, number>[]> {
  const classify: TextClassificationPipeline = await pipeline('text-classification', folder);
  const answers = await classify([...texts], { top_k: null });
  await classify.dispose();
  return answers.map((labels) =>
    Object.fromEntries([labels].flat().map(({ label, score }) => [label, score])),
  );
}
