import { Html, type HtmlValue, html } from './html.ts';
import { style } from './style.ts';

/** A part of a page, under a heading. */
export interface Section {
  /** Heading of the part. */
  readonly heading: string;
  /** Content below the heading. */
  readonly content: HtmlValue;
}

export interface PageOptions {
  /** Title and heading of the page. */
  readonly title: string;
  /** A summary of the page in one or two sentences. */
  readonly summary: HtmlValue;
  /** Parts of the page, in order. */
  readonly sections: readonly Section[];
  /** Text at the end of the page: the program that wrote it. */
  readonly footer: HtmlValue;
  /** Whether the page is wide enough for many columns; false by default. Running text stays narrow. */
  readonly isWide?: boolean;
}

/** Makes one HTML file that needs no other. Its content security policy forbids loading any. */
export function page({ title, summary, sections, footer, isWide = false }: PageOptions): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main${isWide ? new Html(' class="broad"') : ''}>
<h1>${title}</h1>
<p>${summary}</p>
${sections.length > mostWithoutContents ? contents(sections) : none}${sections.map(section)}<footer class="note">${footer}</footer>
</main>
</body>
</html>
`.text;
}

const none = new Html('');

/** Most sections of a page without a table of contents. */
const mostWithoutContents = 3;

function contents(sections: readonly Section[]): Html {
  const links = sections.map(({ heading }, i) => html`<li><a href="#section-${i + 1}">${heading}</a></li>`);
  return html`<nav aria-label="Contents"><ul>${links}</ul></nav>
`;
}

function section({ heading, content }: Section, i: number): Html {
  return html`<section id="section-${i + 1}">
<h2>${heading}</h2>
${content}</section>
`;
}
