import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { shown } from '../files/shown.ts';
import type { TrainingTask } from '../model/task.ts';

/**
 * The weight of each class in the loss, by label name. `balanced` gives a class the weight n / (k · count), for n
 * training rows and k classes, so that all classes have the same total weight.
 */
export type ClassWeights = 'none' | 'balanced' | Readonly<Record<string, number>>;

type Labeled = Pick<TrainingTask, 'id' | 'problem' | 'labels'>;

/**
 * Checks weights against the labels of a task.
 *
 * @param name the name of the option in errors
 * @throws ArgumentError for a task that is not single-label classification, a missing or unknown label, and a weight
 *   that is not above 0
 */
export function checkClassWeights(
  weights: ClassWeights,
  { id, problem, labels }: Labeled,
  name = 'classWeights',
): void {
  if (weights === 'none') return;
  if (problem !== 'singleLabelClassification' || labels === null)
    throw new ArgumentError(
      `${name} is only for tasks where each row has one of several labels, which ${id} is not; leave it out`,
    );
  if (weights === 'balanced') return;
  const known = labels.slice(0, 20).join(', ') + (labels.length > 20 ? ', …' : '');
  for (const [label, weight] of Object.entries(weights)) {
    if (!labels.includes(label))
      throw new ArgumentError(
        `${name} has the label ${shown(label)}, which ${id} does not have; it has ${known}`,
      );
    if (!(Number.isFinite(weight) && weight > 0))
      throw new ArgumentError(`${name} must have a number above 0 for ${shown(label)}, not ${shown(weight)}`);
  }
  const missing = labels.find((label) => !Object.hasOwn(weights, label));
  if (missing !== undefined)
    throw new ArgumentError(
      `${name} has no weight for the label ${shown(missing)} of ${id}; give one for each of ${known}`,
    );
}

/**
 * Returns the weight of each class of a task, in the order of its labels.
 *
 * @returns undefined if all rows have the same weight
 * @throws ArgumentError as {@link checkClassWeights} does, and if a class to balance has no training rows
 */
export function classWeightsOf(
  weights: ClassWeights | undefined,
  task: Labeled & Pick<TrainingTask, 'train'>,
): readonly number[] | undefined {
  if (weights === undefined || weights === 'none') return undefined;
  checkClassWeights(weights, task);
  const labels = task.labels ?? [];
  if (weights !== 'balanced') return labels.map((label) => weights[label] ?? Number.NaN);
  const counts = labels.map((_, label) => task.train.filter((row) => row.label === label).length);
  const empty = counts.indexOf(0);
  if (empty >= 0)
    throw new ArgumentError(
      `no training row of ${task.id} has the label ${shown(at(labels, empty))}, so the classes cannot be balanced; give a weight for each label`,
    );
  return counts.map((count) => task.train.length / (labels.length * count));
}
