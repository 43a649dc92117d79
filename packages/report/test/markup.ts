import { expect } from 'vitest';

const empty = new Set(['meta', 'link', 'br', 'hr', 'img']);

/** Every element is closed, in the right order, and nothing but entities begins with `&`. */
export function checkNesting(markup: string): void {
  const open: string[] = [];
  const text = markup.replace(/<style>[\s\S]*?<\/style>/g, '');
  for (const [tag, closing, name = '', , selfClosed] of text.matchAll(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*(\/?)>/g,
  )) {
    if (closing) expect(open.pop(), tag).toBe(name);
    else if (!selfClosed && !empty.has(name)) open.push(name);
  }
  expect(open).toEqual([]);
  const rest = text.replace(/<!DOCTYPE html>|<\/?[a-zA-Z][\w-]*(?:\s+[\w:-]+="[^"<>]*")*\s*\/?>/g, '');
  expect(rest).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/);
}

export const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => characters[name] as string);

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
