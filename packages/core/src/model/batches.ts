import type { HostArray } from '../devices/device.ts';
import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import type { EncodedText, Encoder, TruncationOptions } from '../nn/encoder.ts';
import type { Head } from '../nn/head.ts';
import { mapTimeSliced, type TimeSliceOptions } from './loop.ts';
import type { TrainingExample, TrainingTask } from './task.ts';

/** An example as token ids. */
export interface EncodedExample {
  /** One sequence, or one for each choice. A batch orders its sequences by example, then by choice. */
  readonly texts: readonly EncodedText[];
  /** Class id, score, 0 or 1 for each label, or the index of the correct choice; empty for texts without a label. */
  readonly label: readonly number[];
}

/** The properties of a task that affect how examples are encoded. */
type EncodingTask = Pick<TrainingTask, 'id' | 'problem' | 'labels' | 'maxLength' | 'truncation'>;

/**
 * Encodes examples once, before training.
 *
 * @throws ArgumentError for a label that the task does not have, or choices that do not fit it
 */
export function encodeExamples(
  encoder: Encoder,
  task: EncodingTask,
  examples: readonly TrainingExample[],
  options?: TimeSliceOptions,
): Promise<EncodedExample[]> {
  return mapTimeSliced(examples, (example, row) => encodeExample(encoder, task, example, row), options);
}

/** Encodes one example. @param row row number for the error if the example does not fit the task */
export function encodeExample(
  encoder: Encoder,
  task: EncodingTask,
  example: TrainingExample,
  row: number,
): EncodedExample {
  const { segments, label } = example;
  const values = typeof label === 'number' ? [label] : label;
  checkLabel(task, values, row);
  const { maxLength, truncation } = task;
  if (task.problem !== 'multipleChoice')
    return { texts: [encoder.encode(segments, { maxLength, truncation })], label: values };
  const [first] = segments;
  const texts = choicesOf(task, example, row).map((choice) =>
    encoder.encode([first, choice], { maxLength, truncation }),
  );
  return { texts, label: values };
}

/** Encodes the choices of an example. Their number must equal the number of the task's labels. */
function choicesOf(
  { id, labels }: Pick<TrainingTask, 'id' | 'labels'>,
  { segments, choices = [] }: TrainingExample,
  row: number,
): readonly string[] {
  if (segments.length === 1 && choices.length === labels?.length) return choices;
  throw new ArgumentError(
    `row ${row} of ${id} has ${segments.length} segments and ${choices.length} choices; give one segment and a choice for each of ${labels?.join(', ')}`,
  );
}

/** Encodes a text without a label, for prediction only. */
export function encodeText(
  encoder: Encoder,
  { maxLength, truncation }: TruncationOptions,
  segments: TrainingExample['segments'],
): EncodedExample {
  return { texts: [encoder.encode(segments, { maxLength, truncation })], label: [] };
}

function checkLabel(
  { id, problem, labels }: Pick<TrainingTask, 'id' | 'problem' | 'labels'>,
  values: readonly number[],
  row: number,
): void {
  const classes = labels?.length ?? 1;
  const fits =
    problem === 'regression'
      ? values.length === 1 && Number.isFinite(values[0])
      : problem === 'multiLabelClassification'
        ? values.length === classes && values.every((v) => v === 0 || v === 1)
        : values.length === 1 && Number.isInteger(values[0]) && at(values, 0) >= 0 && at(values, 0) < classes;
  if (!fits)
    throw new ArgumentError(
      `row ${row} of ${id} has the label ${JSON.stringify(values)}, which is not one of ${labels?.join(', ') ?? 'the finite numbers'}`,
    );
}

/** Returns the total weight of rows in a mean: the sum of their class weights, or else their number. */
export function batchWeight(
  batch: readonly Pick<EncodedExample, 'label'>[],
  weights: readonly number[] | undefined,
): number {
  return weights ? rowWeights(batch, weights).reduce((a, b) => a + b, 0) : batch.length;
}

const rowWeights = (batch: readonly Pick<EncodedExample, 'label'>[], weights: readonly number[]): number[] =>
  batch.map(({ label }) => at(weights, at(label, 0)));

/**
 * Returns a batch as graph inputs. They include labels if the examples have labels.
 *
 * @param weights class weights, if the loss is weighted by them
 */
export function batchFeeds(
  encoder: Encoder,
  head: Head,
  batch: readonly EncodedExample[],
  weights?: readonly number[],
): Record<string, HostArray> {
  const feeds = encoder.feeds(batch.flatMap((example) => example.texts));
  const labels = batch.flatMap((example) => example.label);
  if (labels.length === 0) return feeds;
  const classes = head.problem === 'singleLabelClassification' || head.problem === 'multipleChoice';
  return {
    ...feeds,
    labels: classes ? Int32Array.from(labels) : Float32Array.from(labels),
    ...(weights && { labelWeights: Float64Array.from(rowWeights(batch, weights)) }),
  };
}

/** Returns the number of tokens of an example, including all its choices. */
export function tokensOf({ texts }: Pick<EncodedExample, 'texts'>): number {
  return texts.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
}

/** Returns the capacity for any batch of these examples: the sizes of a batch of the longest ones. */
export function largestBatch(
  examples: readonly Pick<EncodedExample, 'texts'>[],
  batchSize: number,
): {
  readonly capacity: Readonly<Record<'tokens' | 'sequences' | 'boundaries' | 'examples', number>>;
  readonly lengths: readonly number[];
} {
  const longest = [...examples].sort((a, b) => tokensOf(b) - tokensOf(a)).slice(0, batchSize);
  const lengths = longest.flatMap(({ texts }) => texts.map(({ inputIds }) => inputIds.length));
  const tokens = lengths.reduce((a, b) => a + b, 0);
  const sequences = lengths.length;
  return {
    capacity: { tokens, sequences, boundaries: sequences + 1, examples: longest.length },
    lengths,
  };
}
