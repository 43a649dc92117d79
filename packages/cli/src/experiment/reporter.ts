import type { RunFile } from '../folders/run-schema.ts';
import { testMetrics } from '../model/scores.ts';
import { clock, counted, metricList } from '../output/format.ts';
import { BarLine, Pulse } from '../output/progress.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine, type Terminal } from '../output/terminal.ts';
import type { JobEvent } from './job.ts';
import type { Plan, PlannedRun } from './plan.ts';
import type { Outcome } from './schedule.ts';

export interface TrainedRun {
  readonly run: RunFile;
  /** Whether the model was already trained. */
  readonly isReused: boolean;
}

/** Shows the progress of an experiment. */
export interface ExperimentReporter {
  plan(plan: Plan, folder: string): void;
  started(run: PlannedRun): void;
  event(run: PlannedRun, event: JobEvent): void;
  warned(run: PlannedRun, text: string): void;
  outcome(run: PlannedRun, outcome: Outcome<TrainedRun>): void;
  /** Returns the number of models for each outcome. */
  counts(): Readonly<Record<'trained' | 'reused' | 'failed' | 'missing', number>>;
  done(name: string, folder: string): void;
  close(): void;
}

const millisecondsBetweenLines = 20_000;

/** Describes a model in one line. */
function runName({ cell: { entry, tasks, seed, axes } }: PlannedRun): string {
  const varied = Object.entries(axes).map(([name, value]) => `${name} ${value}`);
  return [`${entry.label}, ${tasks.join(' + ')}`, ...varied, `seed ${seed}`].join(', ');
}

export function experimentReporter(
  terminal: Terminal,
  { json, total }: { readonly json: boolean; readonly total: number },
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
  return {
    plan({ experiment: { title }, runs }, folder) {
      if (json) jsonLine(terminal, { event: 'plan', experiment: title, models: runs.length, out: folder });
      else say(`${title}: ${counted(runs.length, 'model')}`);
    },
    started(run) {
      shares.set(run.id, { name: runName(run), share: 0 });
      if (json) jsonRun(run, 'start');
      else show();
    },
    event(run, event) {
      const running = shares.get(run.id);
      if (event.event !== 'step' || !running) return;
      running.share = event.step / event.steps;
      show();
    },
    warned(run, text) {
      // The warning is shown once, not for every seed.
      const line = `warning: ${run.cell.tasks.join(' + ')}: ${text}`;
      if (!warnings.has(line)) say(line);
      warnings.add(line);
    },
    outcome(run, outcome) {
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
    },
    counts: () => counts,
    done(name, folder) {
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
