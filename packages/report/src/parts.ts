import { Html, type HtmlValue, html } from './html.ts';

export interface FigureOptions {
  /** The drawing. */
  readonly svg: Html;
  /** Text above the drawing; none by default. */
  readonly heading?: string;
  /** Text below the drawing; none by default. */
  readonly caption?: HtmlValue;
  /** What the drawing shows; cells by default. Curves grow with the page; figures of cells keep their size. */
  readonly kind?: 'curves' | 'cells';
}

/** Makes a figure with its heading and caption. */
export function figure({ svg, heading, caption, kind = 'cells' }: FigureOptions): Html {
  const above = heading === undefined ? none : html`<h3>${heading}</h3>`;
  const below = caption === undefined ? none : html`<figcaption>${caption}</figcaption>`;
  return html`<figure class="${kind}">${above}<div class="wide">${svg}</div>${below}</figure>
`;
}

/** Puts figures side by side, as many as the page has room for. */
export function figureRow(figures: readonly Html[]): Html {
  return html`<div class="figures">${figures}</div>
`;
}

/** Makes a list of names with their values. */
export function facts(entries: Readonly<Record<string, HtmlValue>>): Html {
  const lines = Object.entries(entries).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>
`,
  );
  return html`<dl>
${lines}</dl>
`;
}

/** Makes a list of commands, each below its purpose. */
export function commands(entries: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(entries).map(
    ([purpose, text]) => html`<p>${purpose}</p>
<pre><code>${text}</code></pre>
`,
  )}`;
}

const none = new Html('');
