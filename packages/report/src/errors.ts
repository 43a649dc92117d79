/** A text is not the data of a report, or is of another version. */
export class ReportDataError extends Error {
  override readonly name = 'ReportDataError';
}
