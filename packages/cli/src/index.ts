export { FolderError, StoppedError, UsageError } from './errors.ts';
export type { DoneEvent, ErrorEvent, OwnAdapterScore, SplitScore } from './events/events.ts';
export { openModelFolder } from './folders/model-folder.ts';
export { readRunFile } from './folders/run-json.ts';
export type { RunFile } from './folders/run-schema.ts';
export { main, program } from './main.ts';
export { loadModel } from './model/load-model.ts';
export type {
  DataEvent,
  EvaluatedEvent,
  MergedEvent,
  PredictedEvent,
  PushedEvent,
  SplitSummary,
} from './output/events.ts';
export type { Terminal } from './output/terminal.ts';
