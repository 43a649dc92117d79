import type { Comparison } from '../src/comparison.ts';

const names = ['single adapter', 'ScaLearn', 'ScaLearnUniform', 'ScaLearn++', 'ScaLearnUniform++'];
const sources = ['cola', 'sst2', 'mrpc', 'qqp', 'stsb', 'mnli', 'qnli', 'rte'];

/** A comparison as large as the quickstart's; its numbers are made up. */
export const sample: Comparison = {
  title: 'Transfer to RTE',
  summary: 'Five methods, three seeds.',
  metric: 'accuracy',
  methods: names.map((name, i) => ({
    name,
    parameters: 10 ** (5 - i),
    scores: [0.6 + i / 50, 0.62 + i / 50, 0.61 + i / 50],
    seconds: 4 + i / 10,
    curves: [0, 1, 2].map((seed) =>
      Array.from({ length: 12 - i }, (_, e) => ({ x: 4 * (e + 1), y: 0.7 / (1 + e / 9) + seed / 100 })),
    ),
  })),
  baseline: { name: 'majority class', score: 0.527 },
  curve: 'validation loss',
  coefficients: ['1 2 3 4', 'all'].map((layers) => ({
    method: layers === 'all' ? 'ScaLearn++' : 'ScaLearn',
    sources,
    layers: layers.split(' '),
    values: layers.split(' ').map((_, l) => sources.map((__, s) => (s - 2 + l) / 8)),
    start: 0.25,
  })),
  facts: { Machine: 'A processor with a long name, 2 cores', Device: 'ONNX Runtime' },
  commands: { 'Your own data:': 'scalearn train --task reviews.csv --encoder runs/encoder --out runs/mine' },
  footer: 'A test.',
};
