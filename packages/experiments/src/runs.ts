// What experiments are made of: options, folders, tasks, stored models and single runs. The command is built from it. Programs
// rarely need it, and it may change in any version.
export { asFolderError, isRefusedValue, systemCode } from './errors.ts';
export type { DryRunEvent, ProgressEvent, Reporter } from './events/events.ts';
export { downloadProgress } from './events/loading.ts';
export { Pace } from './events/pace.ts';
export { encodeIndex, indexFileName } from './execution/index-file.ts';
export { checkpointName, runFileName, temporaryName } from './folders/names.ts';
export { checkpointNote, OutFolder } from './folders/out-folder.ts';
export { OutputFile } from './folders/output-file.ts';
export { readOwnJson } from './folders/own-json.ts';
export { isFile, isFolder, liesWithin, realPath, statOf } from './folders/paths.ts';
export { checkOutput, writeFileAtomic, writeOutput } from './folders/write-file.ts';
export { countParameters, describedMethod } from './methods/describe.ts';
export type { Source } from './methods/preparation.ts';
export { type ChosenMethod, type MethodEntry, MethodRegistry, ownMethods } from './methods/registry.ts';
export { encoderSource, type MiniAssets, miniAssets } from './mini-assets.ts';
export { encoderLayers, encoderOf, loadModelEncoder, localEncoder } from './models/encoder-source.ts';
export { type EvaluatedTask, errorsOf, evaluateTask } from './models/evaluate-task.ts';
export { type ListedAdapter, listAdapters } from './models/list-adapters.ts';
export { loadModel, loadStoredModel } from './models/load-model.ts';
export { mergeModel } from './models/merge-model.ts';
export { chosenMethod, refusedOption } from './options/method.ts';
export { defaultText, optionValue, whatTextTakes } from './options/option-values.ts';
export {
  columnNames,
  type Flags,
  fileReading,
  inFlags,
  type OwnDataArguments,
  type Reading,
  readingNames,
  textFileFlags,
  typed,
} from './options/own-data.ts';
export { trainArguments } from './options/train-arguments.ts';
export {
  flagOf,
  type ListedOption,
  type OptionGroup,
  type OptionName,
  optionNamed,
  type TrainArguments,
  type TrainOption,
  trainOptions,
} from './options/train-table.ts';
export { dataFolder } from './plan/cell-arguments.ts';
export { identifyModel } from './plan/identify.ts';
export { modelHash } from './plan/model-id.ts';
export { findCandidates } from './ranking/candidates.ts';
export {
  type EvidenceOptions,
  embedTask,
  LogMe,
  type LogMeOptions,
  taskSimilarity,
} from './ranking/evidence.ts';
export { readFullRun, withFullRun } from './ranking/full-run.ts';
export { encodeRanking, readRanking } from './ranking/ranking-file.ts';
export { sourcesTrial, type Trial, type TrialOptions } from './ranking/trials.ts';
export { readCoefficients } from './report/read-run.ts';
export { comparedRun } from './runs/compared-run.ts';
export { doneEvent } from './runs/done-event.ts';
export { predictionsFileName } from './runs/predictions.ts';
export { findPlace } from './runs/run-json.ts';
export { storedArchitecture } from './runs/run-schema.ts';
export { keptAssessment, testMetrics } from './runs/scores.ts';
export type { TrainSettings } from './runs/settings-schema.ts';
export {
  isOnHub,
  openModelFolder,
  openStoredModel,
  type StoredModel,
  storedCalibration,
} from './runs/stored-model.ts';
export { type FoundTask, findTask, shownTask, type TaskChoice } from './tasks/find-task.ts';
export { loadData } from './tasks/load-data.ts';
export { chosenTask, namedTask, type PartialTaskChoice, runOfTask, trainedTask } from './tasks/model-task.ts';
export { doubtLines, ownTaskLines } from './tasks/own-task-text.ts';
export { evaluatedRows, expectedSeconds, measureCost } from './training/cost.ts';
export { estimateTraining } from './training/dry-run.ts';
export { type PlannedTraining, runTraining, type TrainingJob } from './training/run-training.ts';
export { checkSamePlaces } from './training/same-places.ts';
export { checkSameSettings, settleOptions } from './training/settings.ts';
export { checkSources, readSources } from './training/sources.ts';
export { trainModel } from './training/train-model.ts';
export { count, counted } from './words.ts';
