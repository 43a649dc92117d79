import { count, Pace, type Reporter } from '@scalearn/experiments/runs';
import { clock, figure } from './format.ts';
import { BarLine, Pulse, phaseParts } from './progress.ts';
import { doneLines, epochLine, startLines } from './run-text.ts';
import { oneLine, type Terminal } from './terminal.ts';

export function createReporter(
  terminal: Terminal,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Reporter {
  if (json) return jsonReporter(terminal, quiet);
  if (quiet) return quietReporter(terminal);
  return terminal.interactive ? barReporter(terminal) : plainReporter(terminal);
}

/** Does work that reports its progress. The last output of a reporter is cleared before this returns. */
export async function withReporter<T>(
  terminal: Terminal,
  how: { readonly json: boolean; readonly quiet: boolean },
  work: (reporter: Reporter) => Promise<T>,
): Promise<T> {
  const reporter = createReporter(terminal, how);
  try {
    return await work(reporter);
  } finally {
    reporter.close();
  }
}

/** Shows only warnings and the result. */
function quietReporter(terminal: Terminal): Reporter {
  const nothing = (): void => {};
  return {
    ...{ note: nothing, progress: nothing, start: nothing, step: nothing, epoch: nothing, close: nothing },
    warn: (text) => terminal.err(`warning: ${oneLine(text)}\n`),
    done: (event) => terminal.out(doneLines(event)),
  };
}

/** Writes one object as a line of standard output. */
export function jsonLine(terminal: Terminal, event: object): void {
  terminal.out(`${JSON.stringify(event)}\n`);
}

/** Interval between events about progress other than steps. */
const millisecondsBetweenProgress = 1000;

/**
 * Writes events for programs: each when it occurs, except for progress, which is written once a second. Quiet writes
 * only the last event.
 */
export function jsonReporter(
  terminal: Terminal,
  quiet: boolean,
  now: () => number = () => performance.now(),
): Reporter {
  let last = now();
  const done = (event: object): void => jsonLine(terminal, event);
  if (quiet) return { ...quietReporter(terminal), done };
  return {
    ...quietReporter(terminal),
    progress(event) {
      if (now() - last < millisecondsBetweenProgress) return;
      last = now();
      done(event);
    },
    ...{ start: done, step: done, epoch: done, done },
  };
}

/** Interval between lines about steps or other progress. It keeps a log of hours readable. */
const millisecondsBetweenLines = 20_000;

/** Writes plain lines for logs: those of epochs, and a few others a minute. */
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

/** Writes for people: a progress bar, and above it one line for each epoch. */
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
