import type { TaskShape } from '@scalearn/core';
import { OnnxExportError } from './errors.ts';

/** How logits become probabilities and labels, as `calibrate` of `@scalearn/models` fits it. */
export interface ExportCalibration {
  /** Number by which logits are divided before they become probabilities. Default 1. */
  readonly temperature?: number;
  /** Probability above which a label of a multi-label task is predicted. Default 0.5. */
  readonly threshold?: number;
}

/** Smallest temperature, as in `scalearn.json`. */
const leastTemperature = 1e-6;

/**
 * Returns what `config.json` says about the calibration. The file divides the logits, so readers do not.
 *
 * @throws OnnxExportError for numbers out of range, and for a regression, which has no probabilities
 */
export function calibrationConfig(
  { id, problem }: Pick<TaskShape, 'id' | 'problem'>,
  { temperature = 1, threshold = 0.5 }: ExportCalibration,
): object {
  if (!(temperature >= leastTemperature && Number.isFinite(temperature)))
    throw new OnnxExportError(
      `the temperature of ${id} is ${temperature}; it must be a number of at least ${leastTemperature}`,
    );
  if (!(threshold >= 0 && threshold <= 1))
    throw new OnnxExportError(`the threshold of ${id} is ${threshold}; it must be from 0 to 1`);
  if (problem === 'regression' && temperature !== 1)
    throw new OnnxExportError(`${id} is a regression, which has no temperature; leave it out`);
  return {
    ...(temperature === 1 ? {} : { temperature }),
    ...(problem === 'multiLabelClassification' ? { threshold } : {}),
  };
}
