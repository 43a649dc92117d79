import { plainText } from './plain-text.ts';

/** Text that is HTML already: it goes into a page as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand between `${` and `}` of {@link html}. */
export type HtmlValue = string | number | Html | readonly HtmlValue[];

/** A template whose values are escaped, unless they are {@link Html}; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((text, i) => text + (i < values.length ? encode(values[i]!) : '')).join(''));
}

function encode(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(encode).join('');
  return escapeHtml(String(value));
}

/** For text and for attributes in quotes, in HTML and in XML. */
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
