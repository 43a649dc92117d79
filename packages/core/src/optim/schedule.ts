/**
 * Returns the learning rate's factor at step s = 0, 1, … of a linear schedule. It is `s/W` during W warm-up steps, then
 * falls to 0 at the planned number of steps (`get_linear_schedule_with_warmup` of transformers).
 */
export function linearSchedule(step: number, plannedSteps: number, warmupSteps = 0): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  return Math.max(0, (plannedSteps - step) / Math.max(1, plannedSteps - warmupSteps));
}
