import type { Html } from '../html.ts';
import type { ReportTable } from './tables/model.ts';

/** A figure that is drawn only for pages. */
export interface ReportFigure {
  readonly heading?: string;
  readonly caption?: string;
  /** Curves grow with the page; what is drawn cell by cell keeps its size. */
  readonly kind: 'curves' | 'cells';
  draw(): Promise<Html>;
}

/** What stands in a section, for whatever format it is written in. */
export type Part =
  | { readonly text: string }
  | { readonly table: ReportTable }
  /** Side by side, as many as there is room for, below what introduces them. */
  | { readonly figures: readonly ReportFigure[]; readonly intro?: string }
  | { readonly facts: Readonly<Record<string, string>> };

export interface ReportSection {
  readonly heading: string;
  readonly parts: readonly Part[];
}

/** A report before it has a format. */
export interface ReportDocument {
  readonly title: string;
  readonly summary: string;
  readonly sections: readonly ReportSection[];
  readonly footer: string;
}
