import { count, type ProgressEvent } from '@scalearn/experiments/runs';
import cliProgress from 'cli-progress';
import { cut } from './format.ts';
import { oneLine } from './terminal.ts';

const longestBar = 40;
const shortestBar = 6;

/** A progress bar with figures beside it, on the last line of a terminal. */
export class BarLine {
  readonly #bar: cliProgress.SingleBar;

  constructor(stream: NodeJS.WritableStream & { readonly columns?: number }) {
    this.#bar = new cliProgress.SingleBar({
      stream,
      format: (_, { value, total }, { parts }) =>
        barText(value / Math.max(1, total), parts as readonly string[], stream.columns ?? 80),
      clearOnComplete: true,
      hideCursor: true,
      // The command handles signals itself: it saves the state first.
      gracefulExit: false,
      stopOnComplete: false,
      fps: 10,
    });
  }

  /** Shows or updates the bar. @param parts figures; the last is the first to be left out */
  show(done: number, total: number, parts: readonly string[]): void {
    if (this.#bar.isActive && this.#bar.getTotal() === total) this.#bar.update(done, { parts });
    else {
      this.stop();
      // The cursor is hidden while the bar is shown. A process that ends early must show it again.
      process.on('exit', this.stop);
      this.#bar.start(total, done, { parts });
    }
  }

  readonly stop = (): void => {
    if (this.#bar.isActive) this.#bar.stop();
    process.off('exit', this.stop);
  };
}

/** Formats what fits into a line. Figures have priority over the bar, and the first figures over the last. */
export function barText(share: number, parts: readonly string[], width: number): string {
  const room = width - 1;
  let shown = parts;
  while (shown.length > 1 && shown.join(' | ').length > room) shown = shown.slice(0, -1);
  const text = cut(oneLine(shown.join(' | ')), room);
  const size = Math.min(longestBar, room - text.length - 1);
  if (size < shortestBar) return text;
  const full = Math.round(Math.min(1, share) * size);
  return `${'█'.repeat(full)}${'░'.repeat(size - full)} ${text}`;
}

/** Makes the text of a line, when it is written. */
type Line = () => string;

/** Limits how often a log writes a line: no more often than the interval, and about that often while work continues. */
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

  /**
   * Writes a line if the last one is old enough. Otherwise the line is written when the interval is over, unless a
   * newer one replaces it.
   */
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
      // The timer must not keep the process alive.
      this.#timer.unref?.();
    }
  }

  /** Restarts the interval after other output, and drops the waiting line. */
  reset(): void {
    this.withdraw();
    this.#last = this.#now();
  }

  withdraw(): void {
    clearTimeout(this.#timer);
  }
}

const phases: Readonly<Record<ProgressEvent['phase'], { readonly doing: string; readonly unit?: string }>> = {
  download: { doing: 'downloading' },
  weights: { doing: 'reading weights' },
  tokenize: { doing: 'tokenizing', unit: 'texts' },
  compile: { doing: 'compiling', unit: 'kernels' },
  evaluate: { doing: 'evaluating', unit: 'rows' },
  folds: { doing: 'cross-validation', unit: 'steps' },
};

/** Formats the current phase and its progress. */
export function phaseParts({ phase, done, total }: ProgressEvent): string[] {
  const { doing, unit } = phases[phase];
  if (total <= 1) return [doing];
  if (unit === undefined) return [doing, `${Math.floor((100 * done) / total)} %`];
  return [doing, `${count(done)} of ${count(total)} ${unit}`];
}
