/** The state of early stopping; part of a checkpoint. */
export interface EarlyStoppingState {
  /** Best value so far; undefined before the first evaluation. */
  readonly best: number | undefined;
  /** Number of the evaluation with the best value, from 1. */
  readonly bestEvaluation: number;
  readonly evaluations: number;
  /** Number of evaluations since then. */
  readonly waited: number;
}

export const earlyStoppingStart: EarlyStoppingState = {
  best: undefined,
  bestEvaluation: 0,
  evaluations: 0,
  waited: 0,
};

/**
 * Updates the state with one evaluation's value, as the reference does. The first value is the best one. A later value
 * must be strictly better. A first value of NaN is never replaced.
 */
export function updateEarlyStopping(
  state: EarlyStoppingState,
  value: number,
  lowerIsBetter = true,
): EarlyStoppingState {
  const evaluations = state.evaluations + 1;
  const { best } = state;
  const better = best === undefined || (lowerIsBetter ? value < best : value > best);
  if (better) return { best: value, bestEvaluation: evaluations, evaluations, waited: 0 };
  return { ...state, evaluations, waited: state.waited + 1 };
}

/** Returns whether training stops: the last `patience` evaluations brought no improvement. */
export function patienceExceeded(state: EarlyStoppingState, patience: number): boolean {
  return state.waited >= patience;
}
