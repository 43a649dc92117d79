export { type Benchmark, benchmarks } from './benchmarks.ts';
export { epochBatches } from './epoch.ts';
export {
  ColumnError,
  DatasetError,
  EmptyFileError,
  InvalidOptionError,
  LabelError,
  MalformedRowError,
  MissingColumnError,
  MissingFileError,
  SplitError,
  UnknownTaskError,
  UnreadableFileError,
} from './errors.ts';
export { fingerprintExamples } from './fingerprint.ts';
export { crossValidationFolds, type Fold, type FoldOptions } from './folds.ts';
export { hubSource } from './hub/hub-source.ts';
export { type LoadOptions, loadTask } from './load.ts';
export type { MiniglueTask } from './miniglue/generators.ts';
export { type MiniglueOptions, miniglueTask } from './miniglue/miniglue.ts';
export { type Document, miniglueText, type TextOptions } from './miniglue/text.ts';
export type { ColumnChoice, Columns } from './own/columns.ts';
export type { CsvOptions, Delimiter } from './own/csv-table.ts';
export { type FileTask, type FileTaskOptions, readFileTask } from './own/file-task.ts';
export { toJsonLines } from './own/json-lines.ts';
export type { Decimal, OwnProblem } from './own/labels.ts';
export { countLabels, type FileLayout, type OwnSplit, type SplitOrigin } from './own/layout.ts';
export type { ListSyntax } from './own/list-literal.ts';
export type { LabelForm, LabelReading } from './own/read-labels.ts';
export type { Doubt } from './own/table.ts';
export { readTextFile, readTexts, type TextFile, type TextFileOptions } from './own/text-file.ts';
export {
  type StreamedKind,
  streamedKinds,
  streamTexts,
  type TextColumnChoice,
  type TextStream,
  type TextStreamOptions,
} from './own/text-stream.ts';
export type { TextColumns } from './own/values.ts';
export { Pcg64 } from './pcg64.ts';
export { describeTask, taskIds } from './registry.ts';
export {
  type FileSource,
  fileListSource,
  folderSource,
  memorySource,
  type NamedFile,
  urlSource,
} from './source.ts';
export { nestedSubset, type Split, type SplitOptions, type SubsetOptions, trainTestSplit } from './split.ts';
export { suggest } from './suggest.ts';
export type {
  Example,
  HubPlace,
  JointPart,
  Problem,
  SplitName,
  Task,
  TaskDefinition,
  TaskInfo,
  Truncation,
} from './task.ts';
export { type TsvLayout, tsvTask } from './tasks/tsv.ts';
export type { NamedOption, OptionWords, Wording } from './wording.ts';
