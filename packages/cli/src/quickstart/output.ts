import { count } from '@scalearn/experiments/runs';
import { clock, figure } from '../output/format.ts';
import { BarLine } from '../output/progress.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine, type Terminal } from '../output/terminal.ts';
import type { ModelEvent, QuickstartOutput } from './events.ts';
import { nameOf } from './plan.ts';
import { openingText, planText, resultsText, usualColumns } from './text.ts';

/** Writes for people: one progress bar for everything if the output is a terminal, and a line for each model. */
export function textOutput(
  terminal: Terminal,
  stream: NodeJS.WritableStream = process.stderr,
): QuickstartOutput {
  const bar = new BarLine(stream);
  let progress = new Progress(1, 0);
  let [total, models, done] = [0, 0, 0];
  let [model, loss, left] = ['', '-', '-:--'];
  const show = (): void => {
    if (!terminal.interactive || progress.steps >= total) return;
    const share = `${Math.floor((100 * progress.steps) / total)}%`;
    bar.show(progress.steps, total, [share, model, `loss ${loss}`, `${left} left`]);
  };
  const above = (text: string): void => {
    bar.stop();
    terminal.err(text);
    show();
  };
  return {
    note: (text) => above(`${oneLine(text)}\n`),
    warn: (text) => above(`warning: ${oneLine(text)}\n`),
    opened: (event) => terminal.out(`${openingText(event, terminal.columns ?? usualColumns)}\n`),
    planned(event) {
      terminal.out(`${planText(event)}\n`);
      models = event.models.length;
      done = models - event.missing.length;
      total = event.missing.reduce((sum, { steps }) => sum + steps, 0);
      progress = new Progress(total, event.seconds);
    },
    training({ entry, seed }) {
      [model, loss] = [`${nameOf(entry.id)}, seed ${seed}`, '-'];
      show();
    },
    start: () => {},
    step(event) {
      progress.step(event.step);
      [loss, left] = [figure(event.loss), clock(progress.secondsLeft())];
      show();
    },
    epoch: () => {},
    model(event) {
      if (event.reused) return;
      progress.modelDone(event.model.steps);
      done++;
      above(`${modelLine(event)} (${count(done)} of ${count(models)})\n`);
    },
    done(results, out) {
      bar.stop();
      terminal.out(resultsText(results, out, terminal));
    },
    close: bar.stop,
  };
}

function modelLine({ model: { entry, seed }, metric, score, seconds }: ModelEvent): string {
  return `${nameOf(entry.id)}, seed ${seed}: ${metric} ${figure(score)}, ${seconds.toFixed(1)} s`;
}

/** Writes only warnings and the results. */
export function quietOutput(terminal: Terminal): QuickstartOutput {
  const nothing = (): void => {};
  return {
    warn: (text) => terminal.err(`warning: ${oneLine(text)}\n`),
    ...{ note: nothing, opened: nothing, planned: nothing, training: nothing, start: nothing },
    ...{ step: nothing, epoch: nothing, model: nothing, close: nothing },
    done: (results, out) => terminal.out(resultsText(results, out, terminal)),
  };
}

/** Tracks the progress of several models and estimates the remaining time. */
export class Progress {
  readonly #total: number;
  readonly #expected: number;
  readonly #began: number;
  #done = 0;
  #current = 0;

  /**
   * @param steps of all models
   * @param seconds estimated for all models
   */
  constructor(steps: number, seconds: number, now: number = performance.now()) {
    this.#total = steps;
    this.#expected = seconds;
    this.#began = now;
  }

  /** @param step of the current model */
  step(step: number): void {
    this.#current = step;
  }

  /** Marks the current model as finished. Steps that early stopping left out count as done. */
  modelDone(steps: number): void {
    this.#done += steps;
    this.#current = 0;
  }

  get steps(): number {
    return this.#done + this.#current;
  }

  /** Estimates the remaining seconds at the pace so far; before the first step, from the initial estimate. */
  secondsLeft(now: number = performance.now()): number {
    const fraction = this.steps / this.#total;
    const elapsed = (now - this.#began) / 1000;
    return fraction > 0.05 ? (elapsed / fraction) * (1 - fraction) : Math.max(0, this.#expected - elapsed);
  }
}

/** Writes every event for programs. Quiet writes only the last. */
export function jsonOutput(terminal: Terminal, quiet: boolean): QuickstartOutput {
  const last: Pick<QuickstartOutput, 'done'> = {
    done: (results, out) => jsonLine(terminal, { event: 'done', ...results, out }),
  };
  if (quiet) return { ...quietOutput(terminal), ...last };
  const line = (event: object): void => jsonLine(terminal, event);
  return {
    ...quietOutput(terminal),
    planned({ models, missing, seconds }) {
      const reused = models.length - missing.length;
      line({ event: 'plan', models: models.length, reused, expectedSeconds: seconds });
    },
    ...{ start: line, step: line, epoch: line },
    model: ({ model: { entry, seed }, metric, score, seconds, reused }) =>
      line({ event: 'model', method: entry.id, seed, metric, score, seconds, reused }),
    ...last,
  };
}
