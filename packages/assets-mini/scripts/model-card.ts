// Writes the model card from the measurements of the build.
import { adapterOptions, pythonCheck } from './recipe.ts';

/** Contents of `pretraining.json`, which `pretrain-mini.ts` writes. */
interface Pretraining {
  readonly options: Readonly<Record<string, string>>;
  readonly history: readonly { readonly step: number; readonly loss: number; readonly accuracy: number }[];
}

/** The part of an adapter's `run.json` that the card reports. */
interface AdapterRun {
  readonly task: string;
  readonly data: { readonly rows: { readonly train: number } };
  readonly bestEpoch: number;
  readonly parameters: { readonly method: number; readonly head: number };
  readonly results: Readonly<Record<string, { readonly metrics: Readonly<Record<string, number | null>> }>>;
  readonly seconds: number;
}

/** A task's primary metric. */
export interface Score {
  readonly name: string;
  readonly value: number;
}

export interface CardData {
  readonly pretraining: unknown;
  /** The `run.json` of every adapter, and the score of a bag-of-words classifier on its task. */
  readonly adapters: readonly { readonly run: unknown; readonly bagOfWords: Score }[];
}

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

export function modelCard({ pretraining, adapters }: CardData): string {
  const { options, history } = pretraining as Pretraining;
  const curve = history.map(({ step, loss, accuracy }) =>
    row(step, loss.toFixed(3), `${(100 * accuracy).toFixed(1)} %`),
  );
  const scores = adapters.map(({ run, bagOfWords: { name: metric, value } }) => {
    const { task, data, results, parameters, bestEpoch } = run as AdapterRun;
    const score = results.test?.metrics[metric] as number;
    const cells = [metric, score.toFixed(3), value.toFixed(3), parameters.method, bestEpoch];
    return row(task.split('/')[1] as string, data.rows.train, ...cells);
  });
  const seconds = adapters.reduce((sum, { run }) => sum + (run as AdapterRun).seconds, 0);
  return `---
language: en
license: mit
library_name: transformers
pipeline_tag: fill-mask
---

# bert-mini-miniglue

A very small BERT that knows only the world of MiniGLUE, for trying out transfer between tasks in minutes on any
machine. It is no general language model: its English has about 500 words, and everything it was trained on was generated.

| | |
|---|---|
| architecture | BERT, post-layer-norm: ${options.layers} layers, hidden size ${options.hidden}, ${options.heads} heads, intermediate size ${options.intermediate}, ${options['max-positions']} positions; no pooler |
| vocabulary | WordPiece, lower case, at most ${options.vocabulary} tokens, trained on the same texts |
| weights | f16 safetensors, masked-language-modeling head included |
| license | MIT |

## How it was made

From nothing, with \`@scalearn/core\` on ONNX Runtime: masked language modeling (${100 * Number(options['mask-rate'])} % of the tokens; of those 80 % masked,
10 % replaced, 10 % kept) on ${options.documents} documents of \`miniglueText({ seed: ${options.seed} })\`, which tell of facts that no task of
MiniGLUE tells of. ${options.steps} steps of ${options['batch-size']} documents, AdamW, learning rate ${options['learning-rate']} after a warm-up over a tenth of the steps, then
linear decay, no dropout, seed ${options.seed}.

\`\`\`sh
node --conditions=@scalearn/source packages/assets-mini/scripts/build.ts
\`\`\`

makes encoder, source adapters and this card anew; pretraining takes about half an hour on two cores. The engine repeats
itself bit for bit on the same runtime and processor, so there the bytes are these; others round otherwise.

Python: ${pythonCheck}.

Loss and accuracy of masked tokens on ${options['held-out']} documents that were held out:

| step | loss | accuracy |
|---|---|---|
${curve.join('\n')}

## The source adapters

Bottleneck adapters with a reduction factor of ${adapterOptions('cola')['reduction-factor']}, trained by \`scalearn train\` on the whole training split of each task of
MiniGLUE, the encoder frozen; ${Math.round(seconds / 60)} minutes on the same machine. Scores are on the test splits. The bag of words is
what a linear model of the words of each text reaches.

| task | training rows | metric | adapter | bag of words | trained parameters | best epoch |
|---|---|---|---|---|---|---|
${scores.join('\n')}

## What it is not for

Anything that people wrote. Its sentences follow a grammar, its facts are invented, and words outside of its vocabulary
are spelled in letters that it has hardly seen.
`;
}
