/** Text that is no report's data, or of another version. */
export class ReportDataError extends Error {
  override readonly name = 'ReportDataError';
}
