import { ownMethods } from '@scalearn/experiments/runs';

/** How the models of one stage are trained. */
export interface Stage {
  readonly epochs: number;
  readonly learningRate: number;
  /** Epochs without improvement before training stops. */
  readonly patience: number;
}

/** How joint methods are trained. */
export interface JointStage {
  readonly steps: number;
  readonly learningRate: number;
  /** Steps between evaluations. */
  readonly evaluateEvery: number;
  /** Temperature of sampling tasks: above 1, so that the small target is sampled often enough. */
  readonly temperature: number;
  /** Labeled rows of each of the other tasks. */
  readonly rows: number;
}

/** What the quickstart does by default. */
export interface QuickstartPlan {
  /** The last part of the target's id. */
  readonly target: string;
  /** Labeled rows to train on. */
  readonly rows: number;
  /** Labeled rows to select the best epoch with. There are few, as in practice when training rows are few. */
  readonly validationRows: number;
  /** Rows of the test split; null for all. */
  readonly testRows: number | null;
  readonly seeds: number;
  readonly batchSize: number;
  readonly evalBatchSize: number;
  /** Stage 1 trains an adapter; stage 2 trains methods that use adapters. */
  readonly stages: Readonly<Record<1 | 2, Stage>>;
  /** How joint methods are trained. They use one seed, because they are slow. */
  readonly joint: JointStage;
  /** Whether the adapter of a task is a source for a target. */
  isSource(task: string, target: string): boolean;
}

/** Chosen for a machine with two cores and no GPU: the default methods take two minutes. */
export const plan: QuickstartPlan = {
  target: 'rte',
  rows: 128,
  validationRows: 64,
  testRows: null,
  seeds: 3,
  batchSize: 16,
  evalBatchSize: 128,
  stages: {
    // Training of a single task converges more slowly, so it gets more epochs.
    1: { epochs: 25, learningRate: 1e-3, patience: 10 },
    2: { epochs: 12, learningRate: 6e-3, patience: 6 },
  },
  joint: { steps: 1500, learningRate: 1e-3, evaluateEvery: 250, temperature: 4, rows: 2000 },
  // An adapter that was trained on all rows of the target would answer by itself, without transfer.
  isSource: (task, target) => task !== target,
};

/** A method that the quickstart compares. */
export interface QuickstartMethod {
  /** Name of its folder, and of the method in results. */
  readonly id: string;
  /** Displayed name, if it differs from the method's title. */
  readonly name?: string;
  /** Name on the command line, if it differs from the id. */
  readonly method?: string;
  /** 1: the task alone; 2: on top of the sources; joint: all tasks at once. */
  readonly stage: 1 | 2 | 'joint';
  /** Settings that differ from those of its stage. */
  readonly training?: Partial<Stage>;
}

const single: QuickstartMethod = { id: 'single', name: 'single adapter', method: 'bottleneck', stage: 1 };

const twoStage: readonly QuickstartMethod[] = [
  { id: 'scalearn', stage: 2 },
  { id: 'scalearn-uniform', stage: 2 },
  { id: 'scalearn++', stage: 2 },
  { id: 'scalearn-uniform++', stage: 2 },
  // Large matrices need a small learning rate.
  { id: 'adapter-fusion', stage: 2, training: { learningRate: 1e-3 } },
];

/** Methods that the quickstart compares by default. */
const usual: readonly QuickstartMethod[] = [single, ...twoStage];

/** All methods that the paper compares, in the order of training and display. */
const everything: readonly QuickstartMethod[] = [
  { id: 'full-finetuning', name: 'full fine-tuning', stage: 1, training: { learningRate: 3e-4 } },
  single,
  { id: 'compacter++', stage: 1, training: { learningRate: 3e-3 } },
  { id: 'propetl', stage: 1 },
  { id: 'ia3', stage: 1, training: { learningRate: 5e-3 } },
  {
    id: 'full-finetuning-m',
    name: 'full fine-tuning, joint',
    stage: 'joint',
    training: { learningRate: 3e-4 },
  },
  { id: 'adapter-m', name: 'adapter, joint', stage: 'joint' },
  { id: 'propetl-m', name: 'ProPETL, joint', stage: 'joint' },
  { id: 'hyperformer', stage: 'joint' },
  { id: 'hyperformer++', stage: 'joint' },
  { id: 'adapter-soup', stage: 2, training: { learningRate: 1e-3 } },
  ...twoStage,
];

/** Returns the methods to compare. */
export const quickstartMethods = (all: boolean): readonly QuickstartMethod[] => (all ? everything : usual);

/** Returns a method's displayed name. */
export function nameOf(id: string): string {
  const found = everything.find((method) => method.id === id);
  return found ? (found.name ?? ownMethods.find(found.method ?? id).title) : id;
}
