/** A text for a log, made when it is said. */
type Line = () => string;

/** Lets a log say something now and then: not more often, but not much less either while something goes on. */
export class Pulse {
  readonly #say: (text: string) => void;
  readonly #now: () => number;
  readonly #every: number;
  #last: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param every milliseconds between two lines */
  constructor(say: (text: string) => void, now: () => number, every: number) {
    this.#say = say;
    this.#now = now;
    this.#every = every;
    this.#last = now();
  }

  /** Says a line if the last one was long ago; else when it will be, unless there is something newer to say by then. */
  offer(line: Line): void {
    clearTimeout(this.#timer);
    const wait = this.#last + this.#every - this.#now();
    const say = (): void => {
      this.reset();
      this.#say(line());
    };
    if (wait <= 0) say();
    else {
      this.#timer = setTimeout(say, wait);
      // No process goes on for the sake of a line.
      this.#timer.unref?.();
    }
  }

  /** Something else was said, and what was offered is of no interest any more. */
  reset(): void {
    this.withdraw();
    this.#last = this.#now();
  }

  withdraw(): void {
    clearTimeout(this.#timer);
  }
}
