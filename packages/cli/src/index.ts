export type { DoneEvent, ErrorEvent, OwnAdapterScore, RunFile, SplitScore } from '@scalearn/experiments';
export { FolderError, readRunFile, StoppedError, UsageError } from '@scalearn/experiments';
export { loadModel, openModelFolder } from '@scalearn/experiments/runs';
export { main, program } from './main.ts';
export type {
  DataEvent,
  EvaluatedEvent,
  MergedEvent,
  PredictedEvent,
  PushedEvent,
  SplitSummary,
} from './output/events.ts';
export type { Terminal } from './output/terminal.ts';
export { trainCommand } from './version.ts';
