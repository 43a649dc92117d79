import cliProgress from 'cli-progress';
import { clock, count, doneLines, epochLine, figure, startLines } from './format.ts';
import { Pace } from './pace.ts';
import type { Reporter } from './reporter.ts';
import type { Terminal } from './terminal.ts';

/** For people: a progress bar, and above it one line for each epoch. */
export function barReporter(terminal: Terminal, stream: NodeJS.WritableStream = process.stderr): Reporter {
  const pace = new Pace();
  const bar = new cliProgress.SingleBar(
    {
      stream,
      format: '{bar} step {value}/{total} | loss {loss} | {speed} tokens/s | {left} left',
      clearOnComplete: true,
      hideCursor: true,
      // The command handles signals itself: it saves the state first.
      gracefulExit: false,
      stopOnComplete: false,
      fps: 10,
    },
    cliProgress.Presets.shades_classic,
  );
  let [step, steps] = [0, 0];
  let payload = { loss: '-', speed: '-', left: '-:--' };
  const show = (): void => bar.start(steps, step, payload);
  // The cursor is hidden meanwhile; a process that ends at once must show it again.
  const stop = (): void => {
    if (bar.isActive) bar.stop();
    process.off('exit', stop);
  };
  const above = (text: string): void => {
    const active = bar.isActive;
    if (active) bar.stop();
    terminal.err(text);
    if (active && step < steps) show();
  };
  return {
    note: (text) => above(`${text}\n`),
    warn: (text) => above(`warning: ${text}\n`),
    start(event) {
      pace.start(event);
      terminal.err(startLines(event));
      ({ step, steps } = event);
      process.on('exit', stop);
      show();
    },
    step(event) {
      pace.step(event);
      step = event.step;
      payload = {
        loss: figure(event.loss),
        speed: count(pace.tokensPerSecond ?? 0),
        left: clock(pace.secondsLeft),
      };
      bar.update(step, payload);
    },
    epoch(event) {
      pace.epoch(event);
      above(epochLine(event));
    },
    done(event) {
      stop();
      terminal.out(doneLines(event));
    },
    close: stop,
  };
}
