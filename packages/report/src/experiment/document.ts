import type { Html } from '../html.ts';
import type { ReportTable } from './tables/model.ts';

/** A figure, which is drawn only for pages. */
export interface ReportFigure {
  readonly heading?: string;
  readonly caption?: string;
  /** Curves grow with the page; figures of cells keep their size. */
  readonly kind: 'curves' | 'cells';
  draw(): Html;
}

/** A part of a section, independent of the output format. */
export type Part =
  | { readonly text: string }
  | { readonly table: ReportTable }
  /** Figures side by side, as many as fit, below an introduction. */
  | { readonly figures: readonly ReportFigure[]; readonly intro?: string }
  | { readonly facts: Readonly<Record<string, string>> };

export interface ReportSection {
  readonly heading: string;
  readonly parts: readonly Part[];
}

/** A report, independent of the output format. */
export interface ReportDocument {
  readonly title: string;
  readonly summary: string;
  readonly sections: readonly ReportSection[];
  readonly footer: string;
}
