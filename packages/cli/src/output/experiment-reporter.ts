import { resolve } from 'node:path';
import type {
  ExperimentEvent,
  Outcome,
  Plan,
  PlannedRun,
  StepEvent,
  TrainedRun,
} from '@scalearn/experiments';
import { counted, testMetrics } from '@scalearn/experiments/runs';
import { clock, metricList } from '../output/format.ts';
import { BarLine, Pulse } from '../output/progress.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine, type Terminal } from '../output/terminal.ts';

/** Shows the progress of an experiment. */
export interface ExperimentReporter {
  show(event: ExperimentEvent): void;
  /** Returns the number of models for each outcome. */
  counts(): Readonly<Record<'trained' | 'reused' | 'failed' | 'missing', number>>;
  done(): void;
  close(): void;
}

const millisecondsBetweenLines = 20_000;

/** Describes a model in one line. */
function runName({ cell: { entry, tasks, seed, axes } }: PlannedRun): string {
  const varied = Object.entries(axes).map(([name, value]) => `${name} ${value}`);
  return [`${entry.label}, ${tasks.join(' + ')}`, ...varied, `seed ${seed}`].join(', ');
}

/**
 * Makes a reporter.
 *
 * @param folder of the experiment, for output
 */
export function experimentReporter(
  terminal: Terminal,
  { experiment: { name, title }, runs: { length: total } }: Plan,
  { json, folder }: { readonly json: boolean; readonly folder: string },
): ExperimentReporter {
  const counts = { trained: 0, reused: 0, failed: 0, missing: 0 };
  const began = performance.now();
  const shares = new Map<string, { readonly name: string; share: number }>();
  const warnings = new Set<string>();
  const bar = terminal.interactive && !json ? new BarLine(process.stderr) : undefined;
  const pulse = new Pulse(
    (text) => terminal.err(`${oneLine(text)}\n`),
    () => performance.now(),
    millisecondsBetweenLines,
  );
  const ended = (): number => counts.trained + counts.reused + counts.failed;
  // Models that were already trained took no time.
  const left = (): number => {
    const share = [...shares.values()].reduce((sum, each) => sum + each.share, counts.trained);
    const elapsed = (performance.now() - began) / 1000;
    return share > 0 ? (elapsed / share) * (total - ended() - (share - counts.trained)) : Number.NaN;
  };
  const parts = (): string[] => [
    `${ended()} of ${total} models`,
    `${clock(left())} left`,
    ...[...shares.values()].map(({ name, share }) => `${name} ${Math.round(100 * share)} %`),
  ];
  const show = (): void => {
    if (json) return;
    if (bar) bar.show(ended(), total, parts());
    else pulse.offer(() => parts().join(' | '));
  };
  const say = (text: string): void => {
    bar?.stop();
    pulse.reset();
    terminal.err(`${oneLine(text)}\n`);
    if (ended() < total) show();
  };
  const jsonRun = (run: PlannedRun, state: string, more: object = {}): void => {
    const { entry, tasks, seed, axes } = run.cell;
    const what = { id: run.id, entry: entry.id, task: tasks.join(', '), seed, axes };
    jsonLine(terminal, { event: 'run', state, ...what, ended: ended(), total, ...more });
  };
  const outcomeOf = (run: PlannedRun, outcome: Outcome<TrainedRun>): void => {
    shares.delete(run.id);
    if (outcome.state === 'missing') {
      counts.missing++;
      return;
    }
    if (outcome.state === 'failed') {
      counts.failed++;
      if (json) jsonRun(run, 'failed', { error: outcome.error });
      else say(`[${ended()}/${total}] ${runName(run)}: failed: ${outcome.error}`);
      return;
    }
    const { run: file, isReused } = outcome.result;
    const state = isReused ? 'reused' : 'trained';
    counts[state]++;
    const { seconds, tasks = [file] } = file;
    const metrics = tasks.map(({ task, results }) => [task, testMetrics(results)] as const);
    if (json) jsonRun(run, state, { metrics: Object.fromEntries(metrics), seconds });
    else if (!isReused) {
      const texts = metrics.map(([, each]) => metricList(each));
      say(`[${ended()}/${total}] ${runName(run)}: ${texts.join('; ')}, ${clock(seconds)}`);
    }
  };
  const planned = (): void => {
    if (json) jsonLine(terminal, { event: 'plan', experiment: title, models: total, out: resolve(folder) });
    else say(`${title}: ${counted(total, 'model')}`);
  };
  const started = (run: PlannedRun): void => {
    shares.set(run.id, { name: runName(run), share: 0 });
    if (json) jsonRun(run, 'start');
    else show();
  };
  const stepped = (run: PlannedRun, { step, steps }: StepEvent): void => {
    const running = shares.get(run.id);
    if (!running) return;
    running.share = step / steps;
    show();
  };
  const warned = (run: PlannedRun, text: string): void => {
    // The warning is shown once, not for every seed.
    const line = `warning: ${run.cell.tasks.join(' + ')}: ${text}`;
    if (!warnings.has(line)) say(line);
    warnings.add(line);
  };
  return {
    show(event) {
      switch (event.event) {
        case 'plan':
          return planned();
        case 'started':
          return started(event.run);
        case 'training':
          if (event.training.event === 'step') stepped(event.run, event.training);
          return;
        case 'warning':
          return warned(event.run, event.text);
        case 'outcome':
          return outcomeOf(event.run, event.outcome);
      }
    },
    counts: () => counts,
    done() {
      const { trained, reused } = counts;
      const seconds = (performance.now() - began) / 1000;
      if (json)
        jsonLine(terminal, { event: 'done', experiment: name, trained, reused, seconds, out: folder });
      else
        terminal.out(
          `${counted(trained, 'model')} trained, ${reused} there already, in ${clock(seconds)}\nscalearn report ${oneLine(folder)} --out report.html shows them\n`,
        );
    },
    close() {
      bar?.stop();
      pulse.withdraw();
    },
  };
}
