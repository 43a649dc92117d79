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
  /** Of drawing tasks: above 1, so that the small target has its turn. */
  readonly temperature: number;
  /** Labelled rows of each of the other tasks. */
  readonly rows: number;
}

/** What the quickstart does, unless its options say otherwise. */
export interface QuickstartPlan {
  /** The last part of the target's id. */
  readonly target: string;
  /** Labelled rows to train on. */
  readonly rows: number;
  /** Labelled rows to choose the best epoch by: who has few rows to train on has no more of these. */
  readonly validationRows: number;
  /** Rows of the test split; null for all. */
  readonly testRows: number | null;
  readonly seeds: number;
  readonly batchSize: number;
  readonly evalBatchSize: number;
  /** Stage 1 trains an adapter, stage 2 what makes use of adapters. */
  readonly stages: Readonly<Record<1 | 2, Stage>>;
  /** How joint methods are trained: with one seed, as they take their time. */
  readonly joint: JointStage;
  /** Whether the adapter of a task is a source for a target. */
  isSource(task: string, target: string): boolean;
}

/** Chosen for a machine of two cores without a GPU: two minutes for the usual methods. */
export const plan: QuickstartPlan = {
  target: 'rte',
  rows: 128,
  validationRows: 64,
  testRows: null,
  seeds: 3,
  batchSize: 16,
  evalBatchSize: 128,
  stages: {
    // As long as it still learns something: who knows one task alone needs more time for it.
    1: { epochs: 25, learningRate: 1e-3, patience: 10 },
    2: { epochs: 12, learningRate: 6e-3, patience: 6 },
  },
  joint: { steps: 1500, learningRate: 1e-3, evaluateEvery: 250, temperature: 4, rows: 2000 },
  // An adapter that has seen all rows of the target would answer instead of transfer.
  isSource: (task, target) => task !== target,
};
