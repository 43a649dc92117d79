import type { EncoderInfo, TaskInfo } from './model-info.ts';

// What model cards have in common. The hub reads their headers as YAML, and shows the rest as Markdown.

/** Names of the problems on the hub. */
export const taskTypes = {
  singleLabelClassification: 'text-classification',
  multiLabelClassification: 'text-classification',
  regression: 'text-classification',
  multipleChoice: 'multiple-choice',
} as const;

/** Quotes a text as JSON, which YAML reads. */
export const quoted = (text: string): string => JSON.stringify(text);

/** Returns the encoder's name if it was loaded from the hub. */
export function hubName({ source }: EncoderInfo): string | undefined {
  const name = source?.split('@', 1)[0] ?? '';
  return /^[\w.-]+\/[\w.-]+$/.test(name) && !name.startsWith('.') ? name : undefined;
}

/** Escapes what Markdown would read as formatting. */
export const plain = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#]/g, '\\$&').replaceAll(/\s+/g, ' ');
/** Formats a text as code. */
export const code = (text: string): string => `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ')}\``;

const problemNames = {
  singleLabelClassification: 'A model that classifies texts',
  multiLabelClassification: 'A model that gives texts any number of labels',
  regression: 'A model that gives texts a score',
  multipleChoice: 'A model that chooses between texts',
} as const;

/** Describes what the model does, as the beginning of a sentence. */
export function kindOf(tasks: readonly TaskInfo[]): string {
  const [only, ...others] = tasks;
  return only && others.length === 0 ? `${problemNames[only.problem]},` : `A model of ${tasks.length} tasks,`;
}

/** Most labels that are listed. */
const listedLabels = 100;

/** Lists the labels of each task, and how probabilities become labels. */
export function labelSection(tasks: readonly TaskInfo[]): string {
  const lines = tasks.flatMap(({ id, labels, temperature, threshold, problem }) => {
    if (!labels) return [`* ${plain(id)}: a score`];
    const more = labels.length > listedLabels ? ` and ${labels.length - listedLabels} more` : '';
    const above =
      problem === 'multiLabelClassification'
        ? `; labels above a probability of ${Number(threshold.toPrecision(3))} are predicted`
        : '';
    const scaled =
      temperature === 1
        ? ''
        : `; logits are divided by ${Number(temperature.toPrecision(3))} before they become probabilities`;
    return [`* ${plain(id)}: ${labels.slice(0, listedLabels).map(plain).join(', ')}${more}${above}${scaled}`];
  });
  return ['## Labels\n', ...lines, ''].join('\n');
}
