import { BarLine } from './bar-line.ts';
import type { Reporter } from './events.ts';
import { clock, count, epochLine, figure, startLines } from './format.ts';
import { Pace } from './pace.ts';
import { phaseParts } from './phases.ts';
import { oneLine } from './printable.ts';
import { doneLines } from './result.ts';
import type { Terminal } from './terminal.ts';

/** For people: a progress bar, and above it one line for each epoch. */
export function barReporter(
  terminal: Terminal,
  stream: NodeJS.WritableStream & { readonly columns?: number } = process.stderr,
): Reporter {
  const pace = new Pace();
  const bar = new BarLine(stream);
  let [step, steps, loss] = [0, 0, Number.NaN];
  const showSteps = (): void => {
    if (step >= steps) {
      bar.stop();
      return;
    }
    const speed = `${count(pace.tokensPerSecond ?? 0)} tokens/s`;
    const figures = Number.isNaN(loss)
      ? []
      : [`loss ${figure(loss)}`, `${clock(pace.secondsLeft)} left`, speed];
    bar.show(step, steps, [`step ${count(step)} of ${count(steps)}`, ...figures]);
  };
  const above = (text: string): void => {
    bar.stop();
    terminal.err(text);
    showSteps();
  };
  return {
    note: (text) => above(`${oneLine(text)}\n`),
    warn: (text) => above(`warning: ${oneLine(text)}\n`),
    progress(event) {
      if (event.done < event.total) bar.show(event.done, event.total, phaseParts(event));
      else showSteps();
    },
    start(event) {
      pace.start(event);
      above(startLines(event));
      ({ step, steps } = event);
      showSteps();
    },
    step(event) {
      pace.step(event);
      ({ step, loss } = event);
      showSteps();
    },
    epoch(event) {
      pace.epoch(event);
      above(epochLine(event));
    },
    done(event) {
      bar.stop();
      terminal.out(doneLines(event));
    },
    close: bar.stop,
  };
}
