import type { Task } from '@scalearn/datasets';
import type { EpochEvent, StartEvent, StepEvent } from '../output/events.ts';
import type { ModelPlan } from './models.ts';
import type { Machine, QuickstartResults } from './results.ts';

/** What there is to begin with. */
export interface OpenedEvent {
  readonly task: Task;
  readonly machine: Machine;
  readonly device: { readonly kind: string; readonly description: string };
  readonly encoder: { readonly name: string; readonly layers: number; readonly hiddenSize: number };
  /** Names of the source adapters. */
  readonly sources: readonly string[];
}

/** What is going to be done. */
export interface PlannedEvent {
  readonly models: readonly ModelPlan[];
  /** Those of them that are still to be trained. */
  readonly missing: readonly ModelPlan[];
  /** What these take, as measured. */
  readonly seconds: number;
}

/** A model is there. */
export interface ModelEvent {
  readonly model: ModelPlan;
  /** On the test split. */
  readonly score: number | null;
  readonly metric: string;
  readonly seconds: number;
  /** Whether an interrupted quickstart had trained it. */
  readonly reused: boolean;
}

/** Shows how a quickstart goes. */
export interface QuickstartOutput {
  /** What is being done before training begins. */
  note(text: string): void;
  warn(text: string): void;
  opened(event: OpenedEvent): void;
  planned(event: PlannedEvent): void;
  /** The next model; its own events follow. */
  training(model: ModelPlan): void;
  start(event: StartEvent): void;
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  model(event: ModelEvent): void;
  done(results: QuickstartResults, out: string): void;
  /** Clears what is unfinished on the screen. */
  close(): void;
}
