export { checkBySchema, pathText, type SchemaFault } from './check-by-schema.ts';
export {
  type ComparedMethod,
  type Comparison,
  comparisonReport,
  type LearnedCoefficients,
} from './comparison.ts';
export { ReportDataError } from './errors.ts';
export {
  type EvaluationReport,
  evaluationReport,
  type ShownError,
  type TrainingLosses,
} from './evaluation.ts';
export type * from './experiment/data.ts';
export { reportDataVersion } from './experiment/data.ts';
export { encodeList } from './experiment/lists.ts';
export type { ReportMethod } from './experiment/methods.ts';
export { parseReportData } from './experiment/parse.ts';
export { isShallowJson } from './experiment/shallow-json.ts';
export { experimentReport, type ReportFormat, reportFormats } from './experiment/write.ts';
export { type FlameChartOptions, type FlameNode, flameChart } from './figures/flame-chart.ts';
export { type HeatMapOptions, heatMap } from './figures/heat-map.ts';
export {
  type CurvePoint,
  type LearningCurvesOptions,
  learningCurves,
  type MeanPoint,
  meanCurves,
  type Series,
} from './figures/learning-curves.ts';
export { Html, type HtmlValue, html } from './html.ts';
export { type PageOptions, page, type Section } from './page.ts';
export { commands, type FigureOptions, facts, figure, figureRow } from './parts.ts';
export {
  type FullRun,
  type RankedSource,
  type Ranking,
  type RankingPageOptions,
  type RankingScores,
  type RankingVerdict,
  rankingNames,
  rankingReport,
  regretText,
  seedMean,
} from './ranking.ts';
export { type Column, type TableOptions, type TableRow, table } from './table.ts';
