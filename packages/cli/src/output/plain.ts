import type { Reporter } from './events.ts';
import { clock, count, epochLine, figure, startLines } from './format.ts';
import { Pace } from './pace.ts';
import { phaseParts } from './phases.ts';
import { oneLine } from './printable.ts';
import { Pulse } from './pulse.ts';
import { doneLines } from './result.ts';
import type { Terminal } from './terminal.ts';

/** Between two lines about steps, or about anything else that goes on: a log of hours stays readable. */
const millisecondsBetweenLines = 20_000;

/** For logs: plain lines, at most a few a minute besides those of epochs. */
export function plainReporter(terminal: Terminal, now: () => number = () => performance.now()): Reporter {
  const pace = new Pace();
  const pulse = new Pulse((text) => terminal.err(`${text}\n`), now, millisecondsBetweenLines);
  const say = (text: string): void => {
    pulse.reset();
    terminal.err(text);
  };
  return {
    note: (text) => say(`${oneLine(text)}\n`),
    warn: (text) => say(`warning: ${oneLine(text)}\n`),
    progress(event) {
      if (event.done < event.total) pulse.offer(() => phaseParts(event).join(': '));
      else pulse.withdraw();
    },
    start(event) {
      pace.start(event, now());
      say(startLines(event));
    },
    step(event) {
      pace.step(event, now());
      const { step, steps, loss } = event;
      pulse.offer(
        () =>
          `step ${count(step)} of ${count(steps)}: loss ${figure(loss)}, ${count(pace.tokensPerSecond ?? 0)} tokens/s, ${clock(pace.secondsLeft)} left`,
      );
    },
    epoch(event) {
      pace.epoch(event, now());
      say(epochLine(event));
    },
    done(event) {
      pulse.withdraw();
      terminal.out(doneLines(event));
    },
    close: () => pulse.withdraw(),
  };
}
