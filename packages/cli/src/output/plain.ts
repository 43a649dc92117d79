import { clock, count, doneLines, epochLine, figure, startLines } from './format.ts';
import { Pace } from './pace.ts';
import type { Reporter } from './reporter.ts';
import type { Terminal } from './terminal.ts';

/** Between two lines about steps: a log of hours stays readable. */
const millisecondsBetweenLines = 20_000;

/** For logs: plain lines, at most a few a minute besides those of epochs. */
export function plainReporter(terminal: Terminal, now: () => number = () => performance.now()): Reporter {
  const pace = new Pace();
  let last = now();
  return {
    note: (text) => terminal.err(`${text}\n`),
    warn: (text) => terminal.err(`warning: ${text}\n`),
    start(event) {
      pace.start(event, now());
      last = now();
      terminal.err(startLines(event));
    },
    step(event) {
      pace.step(event, now());
      if (now() - last < millisecondsBetweenLines) return;
      last = now();
      const { step, steps, loss } = event;
      terminal.err(
        `step ${count(step)} of ${count(steps)}: loss ${figure(loss)}, ${count(pace.tokensPerSecond ?? 0)} tokens/s, ${clock(pace.secondsLeft)} left\n`,
      );
    },
    epoch(event) {
      pace.epoch(event, now());
      last = now();
      terminal.err(epochLine(event));
    },
    done: (event) => terminal.out(doneLines(event)),
    close: () => {},
  };
}
