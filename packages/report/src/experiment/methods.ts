import type { RunKind } from './data.ts';

/** The methods of the paper by id, in the order of its tables. */
const names: Readonly<Record<string, string>> = {
  'full-finetuning': 'Full FT',
  bottleneck: 'Adapter',
  propetl: 'ProPETL',
  'compacter++': 'Compacter++',
  ia3: '(IA)³',
  'full-finetuning-m': 'Full FT-m',
  'adapter-m': 'Adapter-m',
  'propetl-m': 'ProPETL-m',
  hyperformer: 'HyperFormer',
  'hyperformer++': 'HyperFormer++',
  'adapter-fusion': 'AdapterFusion',
  'adapter-soup': 'AdapterSoup',
  scalearn: 'ScaLearn',
  'scalearn-uniform': 'ScaLearnUniform',
  'scalearn++': 'ScaLearn++',
  'scalearn-uniform++': 'ScaLearnUniform++',
  probe: 'Probe',
};

const order = Object.keys(names);

/** A method's name in print. */
export const methodName = (id: string): string => names[id] ?? id;

/** Where a method stands in tables; those of a user's own come last. */
export const methodRank = (id: string): number => (order.indexOf(id) + 1 || order.length + 1) - 1;

/** The groups of the paper's tables, in their order. */
export const groupTitles: Readonly<Record<RunKind, string>> = {
  'single-task': 'Single-task',
  joint: 'Joint multi-task',
  'two-stage': 'Two-stage multi-task',
  analysis: 'Analysis',
};
