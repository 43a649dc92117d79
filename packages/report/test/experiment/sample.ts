// A report as large as the paper's main table, with everything that can be in one; its numbers are made up.

import type { ReportData, ReportRun, ReportTask, RunKind, TaskScores } from '../../src/experiment/data.ts';
import { encodeList } from '../../src/experiment/lists.ts';

const rows = 240;

/** The same numbers every time, between 0 and 1. */
function random(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Known = readonly [id: string, name: string, metric: string, score: number];
const known: readonly Known[] = [
  ['mnli', 'MNLI', 'accuracy', 0.85],
  ['qqp', 'QQP', 'accuracy', 0.89],
  ['qnli', 'QNLI', 'accuracy', 0.91],
  ['sst2', 'SST-2', 'accuracy', 0.93],
  ['stsb', 'STS-B', 'pearson', 0.9],
  ['mrpc', 'MRPC', 'accuracy', 0.87],
  ['rte', 'RTE', 'accuracy', 0.75],
  ['cola', 'CoLA', 'matthewsCorrelation', 0.79],
];
const labels = new Map(
  known.map(([id], i) => {
    const next = random(i + 1);
    const list = Array.from({ length: rows }, () => (id === 'stsb' ? 5 * next() : Math.floor(2 * next())));
    return [id, list];
  }),
);

const tasks: Record<string, ReportTask> = Object.fromEntries(
  known.map(([id, name, metric]) => {
    const problem = id === 'stsb' ? 'regression' : 'singleLabelClassification';
    const kept = encodeList(problem, labels.get(id) as number[]);
    const columns = id === 'stsb' ? 1 : 2;
    return [
      `glue/${id}`,
      { id: `glue/${id}`, name, problem, metric, rows, labels: kept, columns, unofficial: [] },
    ];
  }),
);

/** Right as often as `share` says. */
function taskScores(id: string, share: number, seed: number): TaskScores {
  const wanted = labels.get(id) as number[];
  const next = random(seed);
  const isScore = id === 'stsb';
  const metric = tasks[`glue/${id}`]?.metric as string;
  const list = wanted.map((label) => {
    const isRight = next() < share;
    if (isScore) return label + (next() - 0.5) * (isRight ? 1 : 6);
    return isRight ? label : 1 - label;
  });
  const hits = list.filter((value, i) => value === wanted[i]).length / rows;
  const value = metric === 'accuracy' ? hits : metric === 'pearson' ? share : 2 * hits - 1;
  return {
    task: `glue/${id}`,
    metrics: { [metric]: value },
    predictions: encodeList(isScore ? 'regression' : 'singleLabelClassification', list),
  };
}

interface Method {
  readonly method: string;
  readonly kind: RunKind;
  readonly parameters: number;
  /** Added to the usual share of right answers. */
  readonly gain: number;
}

const methods: readonly Method[] = [
  { method: 'full-finetuning', kind: 'single-task', parameters: 124_055_040, gain: 0.005 },
  { method: 'bottleneck', kind: 'single-task', parameters: 894_528, gain: 0 },
  { method: 'propetl', kind: 'single-task', parameters: 1_843_968, gain: -0.01 },
  { method: 'compacter++', kind: 'single-task', parameters: 29_440, gain: -0.02 },
  { method: 'ia3', kind: 'single-task', parameters: 55_296, gain: -0.03 },
  { method: 'full-finetuning-m', kind: 'joint', parameters: 124_055_040, gain: -0.03 },
  { method: 'adapter-m', kind: 'joint', parameters: 894_528, gain: -0.02 },
  { method: 'hyperformer++', kind: 'joint', parameters: 4_100_000, gain: 0 },
  { method: 'adapter-fusion', kind: 'two-stage', parameters: 21_252_096, gain: 0.01 },
  { method: 'scalearn', kind: 'two-stage', parameters: 73_728, gain: 0.06 },
  { method: 'scalearn-uniform', kind: 'two-stage', parameters: 96, gain: 0.01 },
  { method: 'scalearn++', kind: 'two-stage', parameters: 6_144, gain: 0.015 },
  { method: 'scalearn-uniform++', kind: 'two-stage', parameters: 8, gain: 0.008 },
];

const sources = known.map(([id]) => id);

function makeRun(
  method: Method,
  ids: readonly string[],
  seed: number,
  more: Partial<ReportRun> = {},
): ReportRun {
  const { parameters, gain, kind } = method;
  const key = `${method.method} ${ids.join()} ${seed} ${JSON.stringify(more.axes ?? {})}`;
  const draw = random([...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7));
  const shares = ids.map((id) => (known.find(([name]) => name === id)?.[3] ?? 0.5) + gain);
  const isTwoStage = kind === 'two-stage';
  const epochs = 6 + Math.floor(4 * draw());
  return {
    ...{ id: key, entry: method.method, label: method.method, method: method.method, kind, seed },
    ...{ encoder: 'base', axes: {}, purpose: 'report' },
    sources: isTwoStage ? sources.map((name) => ({ name, run: `bottleneck ${name} 0` })) : [],
    scores: ids.map((id, i) => taskScores(id, Math.min(0.99, shares[i] as number), Math.floor(draw() * 1e6))),
    history: Array.from({ length: epochs }, (_, epoch) => ({
      ...{ epoch: epoch + 1, step: 50 * (epoch + 1), trainLoss: 0.6 / (1 + epoch / 3) },
      validationLoss: 0.7 / (1 + epoch / (4 + gain * 8)) + draw() / 50,
    })),
    ...{ bestEpoch: 4, steps: 50 * epochs, parameters: { method: parameters, head: 592_130 } },
    ...{ seconds: 100 + 50 * draw(), tokensPerSecond: 5000, device: 'WebGPU: a card', memory: 1.2e9 },
    settings: { epochs: 30, batchSize: 32, learningRate: kind === 'single-task' ? 3e-4 : 6e-3, limit: null },
    version: '0.0.0',
    ...(method.method.startsWith('scalearn')
      ? {
          coefficients: {
            ...{ sources, start: 0.25 },
            values: Array.from({ length: method.method.endsWith('++') ? 1 : 12 }, (_, layer) =>
              sources.map((name) => 0.25 + (name === ids[0] ? 0.5 : 0.2 * (draw() - 0.5)) + layer / 100),
            ),
          },
        }
      : {}),
    ...more,
  };
}

const seeds = [0, 1, 2];
const main = seeds.flatMap((seed) =>
  methods.flatMap((method) =>
    method.kind === 'joint'
      ? [makeRun(method, sources, seed)]
      : sources.map((id) => makeRun(method, [id], seed)),
  ),
);
const named = (id: string): Method => methods.find(({ method }) => method === id) as Method;
const fewShot = seeds.flatMap((seed) =>
  ['bottleneck', 'adapter-fusion', 'scalearn'].flatMap((id) =>
    [4, 16, 32, 100].flatMap((limit) =>
      ['rte', 'mrpc'].map((task) => {
        const less = { ...named(id), gain: named(id).gain - 0.25 + Math.log(limit) / 40 };
        return makeRun(less, [task], seed, { axes: { limit }, settings: { limit } });
      }),
    ),
  ),
);
const ablation = seeds.flatMap((seed) =>
  [0, 0.3].map((dropout) => makeRun(named('scalearn'), ['rte'], seed, { axes: { dropout } })),
);
const levels = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1];
const probe: Method = { method: 'probe', kind: 'analysis', parameters: 0, gain: 0 };
const probing = [
  ...['mnli', 'mrpc'].flatMap((source) =>
    levels.map((omega) =>
      makeRun({ ...probe, gain: -0.2 + omega * (1.3 - omega) * 0.4 }, ['rte'], 0, {
        ...{ entry: `probe ${source}`, label: source, axes: { omega: [omega] } },
        sources: [{ name: source, run: null }],
      }),
    ),
  ),
  ...levels.flatMap((one) =>
    levels.map((other) =>
      makeRun({ ...probe, gain: -0.15 + 0.2 * one - 0.1 * (other - 0.6) ** 2 }, ['rte'], 0, {
        ...{ entry: 'probe two', axes: { omega: [one, other] } },
        sources: [
          { name: 'rte', run: null },
          { name: 'mnli', run: null },
        ],
      }),
    ),
  ),
];

/** Everything at once. */
export const sample: ReportData = {
  ...{ kind: 'scalearn-report', formatVersion: 1, title: 'GLUE with RoBERTa-base' },
  created: '2026-01-02T03:04:05.000Z',
  encoders: {
    base: {
      name: 'FacebookAI/roberta-base',
      ...{ fingerprint: '0123456789abcdef', layers: 12, hiddenSize: 768, parameters: 124_055_040 },
    },
  },
  tasks,
  runs: [...main, ...fewShot, ...ablation, ...probing],
  missing: [{ what: 'HyperFormer, glue/rte, seed 0', reason: 'failed: out of memory' }],
};

/** One task, four methods; ScaLearn is clearly better than the others. */
export const small: ReportData = {
  ...sample,
  tasks: { 'glue/rte': tasks['glue/rte'] as ReportTask },
  runs: seeds.flatMap((seed) =>
    ['full-finetuning', 'bottleneck', 'adapter-fusion', 'scalearn'].map((id) =>
      makeRun({ ...named(id), gain: id === 'scalearn' ? 0.15 : -0.15 }, ['rte'], seed),
    ),
  ),
  missing: [],
};

/** Runs of few-shot and of probing. */
export const few: readonly ReportRun[] = [
  ...fewShot.filter(({ scores }) => scores[0]?.task === 'glue/rte'),
  ...probing,
];
