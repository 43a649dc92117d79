import cliProgress from 'cli-progress';
import { cut } from './format.ts';
import { oneLine } from './printable.ts';

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
