/** What early stopping remembers; part of a checkpoint. */
export interface EarlyStoppingState {
  /** Best value so far; undefined before the first evaluation. */
  readonly best: number | undefined;
  /** Evaluation (from 1) the best value is from. */
  readonly bestEvaluation: number;
  readonly evaluations: number;
  /** Evaluations since then. */
  readonly waited: number;
}

export const earlyStoppingStart: EarlyStoppingState = {
  best: undefined,
  bestEvaluation: 0,
  evaluations: 0,
  waited: 0,
};

/**
 * Takes one evaluation's value into account, as the reference does: the first is the best; later ones must be strictly
 * better; a first value of NaN is never beaten.
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

/** Whether training stops: as many evaluations in a row without improvement as the patience. */
export function patienceExceeded(state: EarlyStoppingState, patience: number): boolean {
  return state.waited >= patience;
}
