/** How far a number of models is, and how long it still takes. */
export class Progress {
  readonly #total: number;
  readonly #expected: number;
  readonly #began: number;
  #done = 0;
  #current = 0;

  /**
   * @param steps of all models
   * @param seconds they are expected to take
   */
  constructor(steps: number, seconds: number, now: number = performance.now()) {
    this.#total = steps;
    this.#expected = seconds;
    this.#began = now;
  }

  /** @param step of the present model */
  step(step: number): void {
    this.#current = step;
  }

  /** The present model has come to its end; what early stopping left out is done, too. */
  modelDone(steps: number): void {
    this.#done += steps;
    this.#current = 0;
  }

  get steps(): number {
    return this.#done + this.#current;
  }

  /** At the pace so far; before there is one, what was expected. */
  secondsLeft(now: number = performance.now()): number {
    const fraction = this.steps / this.#total;
    const elapsed = (now - this.#began) / 1000;
    return fraction > 0.05 ? (elapsed / fraction) * (1 - fraction) : Math.max(0, this.#expected - elapsed);
  }
}
