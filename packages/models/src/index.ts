export { calibrate, calibrationOf } from './calibrate.ts';
export { type Classification, classifications } from './classification.ts';
export { ModelError } from './errors.ts';
export {
  type ExportCardInput,
  type ExportedFileInfo,
  type ExportedModelInfo,
  type ExportedScoreInfo,
  exportCard,
} from './export-card.ts';
export { type LoadModelOptions, loadModel } from './load.ts';
export { type ClassifyOptions, LoadedModel, type TextInput } from './loaded-model.ts';
export { type CardDetails, modelCardFile } from './model-card.ts';
export {
  type Calibration,
  type EncoderInfo,
  type ModelInfo,
  modelInfoFile,
  modelInfoFiles,
  noCalibration,
  parseModelInfo,
  readModelInfo,
  type TaskInfo,
  taskOfHead,
} from './model-info.ts';
export {
  type ModelFilesOptions,
  modelFiles,
  type SaveModelOptions,
  type SnapshotDescription,
  saveModel,
  snapshotModelFiles,
} from './save.ts';
export { tasksOf } from './tasks-of.ts';
