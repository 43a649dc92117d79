import type { Config, TopLevelSpec } from 'vega-lite';
import { escapeHtml, Html } from '../html.ts';
import { plainText } from '../plain-text.ts';
import { faint, ink, line } from './colors.ts';

/** Digits and letters are as wide as these numbers assume; the page has the same family. */
const font = 'system-ui, sans-serif';

const config: Config = {
  font,
  view: { stroke: null },
  axis: {
    domainColor: line,
    gridColor: line,
    gridOpacity: 0.7,
    labelColor: faint,
    labelFontSize: 12,
    labelPadding: 6,
    ticks: false,
    titleColor: faint,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 10,
  },
  legend: {
    labelColor: ink,
    labelFontSize: 12,
    labelLimit: 240,
    offset: 14,
    rowPadding: 4,
    symbolSize: 160,
    symbolStrokeWidth: 2.5,
    title: null,
  },
};

/**
 * Draws a Vega-Lite specification as SVG: for an HTML page or, as it is, for a file.
 *
 * @param label what the figure shows, for those who do not see it
 */
export async function renderSvg(spec: TopLevelSpec, label: string): Promise<Html> {
  // Loaded where a figure is drawn: it is by far the largest part of this package.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile({ ...spec, background: 'transparent', config } as TopLevelSpec).spec), {
    renderer: 'none',
  });
  try {
    return new Html(accessible(plainText(await view.toSVG()), label));
  } finally {
    view.finalize();
  }
}

/** One image with a name; what Vega describes of a mark shows when the pointer rests on it. */
function accessible(svg: string, label: string): string {
  return svg
    .replace(/<path aria-label="([^"]*)"([^>]*?)(?:\/>|><\/path>)/g, '<path$2><title>$1</title></path>')
    .replace(/<[^>]*>/g, (tag) => tag.replace(/ (?:role|aria-[a-z]+)="[^"]*"/g, ''))
    .replace(
      /^<svg [^>]*?(width="[^"]*" height="[^"]*" viewBox="[^"]*")>/,
      (_, size: string) =>
        `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" ${size}>`,
    );
}
