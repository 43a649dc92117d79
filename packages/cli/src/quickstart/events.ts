import type { Task } from '@scalearn/datasets';
import type { EpochEvent, StartEvent, StepEvent } from '@scalearn/experiments';
import type { ModelPlan } from './models.ts';
import type { Machine, QuickstartResults } from './results.ts';

/** The encoder, the sources and the task are loaded. */
export interface OpenedEvent {
  readonly task: Task;
  readonly machine: Machine;
  readonly device: { readonly kind: string; readonly description: string };
  readonly encoder: { readonly name: string; readonly layers: number; readonly hiddenSize: number };
  /** Names of the source adapters. */
  readonly sources: readonly string[];
}

/** The models to train are known. */
export interface PlannedEvent {
  readonly models: readonly ModelPlan[];
  /** The models that are not trained yet. */
  readonly missing: readonly ModelPlan[];
  /** Estimated seconds to train the missing models. */
  readonly seconds: number;
}

/** A model is trained. */
export interface ModelEvent {
  readonly model: ModelPlan;
  /** Metric on the test split. */
  readonly score: number | null;
  readonly metric: string;
  readonly seconds: number;
  /** Whether an interrupted quickstart had trained it. */
  readonly reused: boolean;
}

/** Shows the progress of a quickstart. */
export interface QuickstartOutput {
  /** Shows what is done before training begins. */
  note(text: string): void;
  warn(text: string): void;
  opened(event: OpenedEvent): void;
  planned(event: PlannedEvent): void;
  /** Shows that the next model begins; its own events follow. */
  training(model: ModelPlan): void;
  start(event: StartEvent): void;
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  model(event: ModelEvent): void;
  done(results: QuickstartResults, out: string): void;
  /** Clears unfinished output from the screen. */
  close(): void;
}
