import type { EpochEvent, StartEvent, StepEvent } from './events.ts';

/**
 * Computes tokens per second and remaining time from the events of a run. Evaluation does not count as training time.
 */
export class Pace {
  #tokens = 0;
  #training = 0;
  #began = 0;
  #last = 0;
  #first = 0;
  #step = 0;
  #steps = 0;

  start({ step, steps }: Pick<StartEvent, 'step' | 'steps'>, now: number = performance.now()): void {
    this.#began = this.#last = now;
    this.#first = this.#step = step;
    this.#steps = steps;
  }

  step({ step, tokens }: Pick<StepEvent, 'step' | 'tokens'>, now: number = performance.now()): void {
    this.#tokens += tokens;
    this.#training += now - this.#last;
    this.#last = now;
    this.#step = step;
  }

  epoch(_event: Pick<EpochEvent, 'epoch'>, now: number = performance.now()): void {
    this.#last = now;
  }

  /** Undefined before the first step. */
  get tokensPerSecond(): number | undefined {
    return this.#training > 0 ? (this.#tokens * 1000) / this.#training : undefined;
  }

  /**
   * Seconds to the last planned step, with the mean time of the evaluations so far. Early stopping may end training
   * before.
   */
  get secondsLeft(): number {
    const done = this.#step - this.#first;
    return done > 0 ? ((this.#last - this.#began) / 1000 / done) * (this.#steps - this.#step) : Number.NaN;
  }
}
