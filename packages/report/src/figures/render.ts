import type { Config, TopLevelSpec } from 'vega-lite';
import { escapeHtml, Html } from '../html.ts';
import { plainText } from '../plain-text.ts';
import { faint, ink, line } from './colors.ts';

/** Font family; the page has the same. The text widths below are estimated for it. */
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
 * Draws a Vega-Lite specification as SVG, for an HTML page or for a file.
 *
 * @param spec a specification, of the type `TopLevelSpec` of vega-lite, whose declarations need those of the DOM
 * @param label text alternative of the figure, for screen readers
 */
export async function renderSvg(spec: object, label: string): Promise<Html> {
  // Vega is by far the largest part of this package, so it is loaded only when a figure is drawn.
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

/** Makes the SVG one image with a name. Vega's descriptions of marks are shown when the pointer is over them. */
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
