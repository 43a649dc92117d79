import type { RunFile } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import { comparisonReport } from '@scalearn/report';
import { nameOf, type QuickstartPlan, quickstartMethods } from './plan.ts';
import type { QuickstartResults } from './results.ts';
import { baselineName, nextCommands, versionText } from './text.ts';

/** Returns the learning rates that differ from those of their stage. */
function ownRates(ids: readonly string[]): Record<string, string> {
  const rates = quickstartMethods(true).flatMap(({ id, training }) =>
    ids.includes(id) && training?.learningRate ? [`${nameOf(id)} ${training.learningRate}`] : [],
  );
  return rates.length === 0 ? {} : { 'Other learning rates': rates.join(', ') };
}

export interface ReportParts {
  readonly results: QuickstartResults;
  /** Runs by method, in the order of the seeds. */
  readonly runs: Readonly<Record<string, readonly RunFile[]>>;
  readonly plan: QuickstartPlan;
}

/** Makes an HTML page of the results. */
export function quickstartReport({ results, runs, plan }: ReportParts): string {
  const { task, rows, seeds, encoder, versions, baseline, coefficients } = results;
  const { batchSize, stages } = plan;
  const stage = ({ epochs, learningRate, patience }: (typeof stages)[1]): string =>
    `at most ${counted(epochs, 'epoch')}, learning rate ${learningRate}, patience ${patience}`;
  return comparisonReport({
    title: `ScaLearn quickstart: ${task}, ${counted(rows.train, 'row')}`,
    summary: `All models use the same frozen encoder. The single adapter learns the task from its ${counted(rows.train, 'row')} alone. The other methods use frozen adapters of other tasks: ScaLearn learns only how strongly to use each of them, and AdapterFusion learns attention over them.`,
    metric: metricWords(baseline.metric),
    methods: results.methods.map(({ method, parameters, scores, seconds }) => ({
      name: nameOf(method),
      parameters,
      scores: scores.map((score) => score ?? Number.NaN),
      seconds,
      curves: (runs[method] ?? []).map(({ history }) =>
        history.map(({ step, validationLoss }) => ({ x: step, y: validationLoss ?? Number.NaN })),
      ),
    })),
    baseline: { name: baselineName(baseline.method), score: baseline.score ?? Number.NaN },
    curve: 'validation loss',
    coefficients: coefficients.map((each) => ({ ...each, method: nameOf(each.method) })),
    facts: {
      Machine: results.machine,
      Device: results.deviceDescription,
      Versions: versionText(versions),
      Encoder: `${encoder.name}, ${counted(encoder.layers, 'layer')} of hidden size ${encoder.hiddenSize}, fingerprint ${encoder.fingerprint.slice(0, 12)}`,
      Task: `${task}: ${counted(rows.train, 'row')} to train on, ${rows.validation} to validate, ${rows.test} to test`,
      Seeds: seeds.join(', '),
      'Single adapter': `${stage(stages[1])}, batches of ${batchSize}`,
      'Methods with sources': `${stage(stages[2])}, batches of ${batchSize}`,
      ...ownRates(results.methods.map(({ method }) => method)),
      'Total time': `${results.seconds.toFixed(0)} s`,
    },
    commands: nextCommands(),
    footer: `Written by scalearn ${versions.scalearn}.`,
  });
}

/** Converts a metric's name to words: `matthewsCorrelation` to `matthews correlation`. */
function metricWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
