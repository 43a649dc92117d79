export { FolderError, InUseError, StoppedError, UsageError } from './errors.ts';
export type {
  DoneEvent,
  EpochEvent,
  ErrorEvent,
  OwnAdapterScore,
  ScoreAssessment,
  SplitScore,
  StartEvent,
  StepEvent,
  TaskScore,
} from './events/events.ts';
export { type ExperimentIndex, type IndexedRun, readExperimentIndex } from './execution/index-file.ts';
export {
  type DoJob,
  type ExperimentEvent,
  type RunOptions,
  runExperiment,
  type TrainedRun,
} from './execution/run-experiment.ts';
export {
  type JobFailure,
  type JobOptions,
  type JobWatch,
  runJob,
  type TrainCommand,
  type TrainingEvent,
} from './execution/run-job.ts';
export type { Outcome } from './execution/schedule.ts';
export type {
  Entry,
  Experiment,
  Options,
  OptionValue,
  SourceRule,
  TaskExceptions,
  Vary,
} from './experiment/experiment.ts';
export { type Overrides, readExperiment } from './experiment/read-experiment.ts';
export {
  type Estimate,
  type EstimateOptions,
  estimateExperiment,
  type PlanEstimate,
} from './plan/estimate.ts';
export type { Cell } from './plan/expand.ts';
export { type EncoderFacts, Facts, type TaskFacts } from './plan/facts.ts';
export { type Job, type JobPlace, jobArguments, jobOf, jobsOf } from './plan/jobs.ts';
export { numericsVersion } from './plan/model-id.ts';
export { countOperations, type Operations } from './plan/operations.ts';
export { type Plan, type PlannedRun, type PlanOptions, planExperiment } from './plan/plan.ts';
export { type RankCandidate, type RankOptions, rankSources } from './ranking/rank-sources.ts';
export { type CollectOptions, collectReport } from './report/collect.ts';
export { readRunFile } from './runs/run-json.ts';
export type { RunFile } from './runs/run-schema.ts';
export { type Config, defineConfig, type Plugin, type TrainDefaults } from './setup/define.ts';
export { loadSetup } from './setup/load-config.ts';
export { plainSetup, type Setup } from './setup/setup.ts';
