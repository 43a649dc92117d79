import { ownMethods } from '../methods/registry.ts';
import type { Stage } from './plan.ts';

/** A method that the quickstart compares. */
export interface QuickstartMethod {
  /** Names its folder, and the method in results. */
  readonly id: string;
  /** In print, where that is not the method's title. */
  readonly name?: string;
  /** Its name on the command line, where the quickstart calls it something else. */
  readonly method?: string;
  /** 1: of the task alone; 2: on top of the sources; joint: all tasks at once. */
  readonly stage: 1 | 2 | 'joint';
  /** Where it is trained otherwise than its stage. */
  readonly training?: Partial<Stage>;
}

const single: QuickstartMethod = { id: 'single', name: 'single adapter', method: 'bottleneck', stage: 1 };

const twoStage: readonly QuickstartMethod[] = [
  { id: 'scalearn', stage: 2 },
  { id: 'scalearn-uniform', stage: 2 },
  { id: 'scalearn++', stage: 2 },
  { id: 'scalearn-uniform++', stage: 2 },
  // Large matrices want small steps.
  { id: 'adapter-fusion', stage: 2, training: { learningRate: 1e-3 } },
];

/** What the quickstart compares by itself. */
const usual: readonly QuickstartMethod[] = [single, ...twoStage];

/** Everything the paper compares, in the order it is trained and shown. */
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

/** The methods to compare. */
export const quickstartMethods = (all: boolean): readonly QuickstartMethod[] => (all ? everything : usual);

/** A method's name in print. */
export function nameOf(id: string): string {
  const found = everything.find((method) => method.id === id);
  return found ? (found.name ?? ownMethods.find(found.method ?? id).title) : id;
}
