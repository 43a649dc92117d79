import type { LoadEncoderOptions } from '@scalearn/encoders';
import type { OnDownload } from '@scalearn/hub';
import cliProgress from 'cli-progress';
import type { EpochEvent, ProgressEvent, Reporter, StartEvent, StepEvent } from './events.ts';
import { count, cut } from './format.ts';
import { oneLine } from './terminal.ts';

const longestBar = 40;
const shortestBar = 6;

/** A bar with figures beside it, on the last line of a terminal. */
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

  get isActive(): boolean {
    return this.#bar.isActive;
  }

  /** Puts it there, or moves it on. @param parts figures, the last of them the first to be left out */
  show(done: number, total: number, parts: readonly string[]): void {
    if (this.#bar.isActive && this.#bar.getTotal() === total) {
      this.#bar.update(done, { parts });
      return;
    }
    this.stop();
    // The cursor is hidden meanwhile; a process that ends at once must show it again.
    process.on('exit', this.stop);
    this.#bar.start(total, done, { parts });
  }

  readonly stop = (): void => {
    if (this.#bar.isActive) this.#bar.stop();
    process.off('exit', this.stop);
  };
}

/** What fits into a line: figures come before the bar, and the first figures before the last. */
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

/** Tokens a second and time left, from the events of a run. Evaluation is not training time. */
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

  /** To the last planned step, evaluations included as far as there were any; early stopping may come before. */
  get secondsLeft(): number {
    const done = this.#step - this.#first;
    return done > 0 ? ((this.#last - this.#began) / 1000 / done) * (this.#steps - this.#step) : Number.NaN;
  }
}

const phases: Readonly<Record<ProgressEvent['phase'], { readonly doing: string; readonly unit?: string }>> = {
  download: { doing: 'downloading' },
  weights: { doing: 'reading weights' },
  tokenize: { doing: 'tokenizing', unit: 'texts' },
  compile: { doing: 'compiling', unit: 'kernels' },
  evaluate: { doing: 'evaluating', unit: 'rows' },
};

/** What is being done, and how far it has come. */
export function phaseParts({ phase, done, total }: ProgressEvent): string[] {
  const { doing, unit } = phases[phase];
  if (total <= 1) return [doing];
  if (unit === undefined) return [doing, `${Math.floor((100 * done) / total)} %`];
  return [doing, `${count(done)} of ${count(total)} ${unit}`];
}

/** Reports how many bytes of a file from the hub have arrived. */
export function downloadProgress({ progress }: Pick<Reporter, 'progress'>): OnDownload {
  return (_, done, total) => progress({ event: 'progress', phase: 'download', done, total });
}

/**
 * Options of `loadEncoder` that report what takes a while.
 *
 * @param signal ends a download at once
 */
export function loadingProgress(
  { progress }: Pick<Reporter, 'progress'>,
  signal: AbortSignal,
): Pick<LoadEncoderOptions, 'onProgress' | 'onDownload' | 'signal'> {
  return {
    signal,
    onProgress: (done, total) => progress({ event: 'progress', phase: 'weights', done, total }),
    onDownload: downloadProgress({ progress }),
  };
}
