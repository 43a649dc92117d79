import { plainText } from './plain-text.ts';

/** Text that is already HTML: it is inserted into a page unescaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value that can be inserted into {@link html}. */
export type HtmlValue = string | number | Html | readonly HtmlValue[];

/** Fills a template with escaped values. Values of {@link Html} are inserted unescaped; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((text, i) => text + (i < values.length ? encode(values[i]!) : '')).join(''));
}

function encode(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(encode).join('');
  return escapeHtml(String(value));
}

/** Escapes text for content and quoted attributes, in HTML and in XML. */
export function escapeHtml(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => entities[character] as string);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
