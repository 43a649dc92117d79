import { afterEach } from 'vitest';
import { cdp } from 'vitest/browser';

let frame: HTMLIFrameElement | undefined;

/** Shows a page in a frame of a width; it is removed after the test. */
export async function show(text: string, width: number): Promise<Document> {
  const shown = document.createElement('iframe');
  shown.style.cssText = `width: ${width}px; height: 900px; border: 0`;
  shown.srcdoc = text;
  const loaded = new Promise((resolve) => {
    shown.onload = resolve;
  });
  document.body.append(shown);
  await loaded;
  frame = shown;
  return shown.contentDocument as Document;
}

afterEach(() => frame?.remove());

/** Makes the browser prefer a color scheme. */
export async function prefer(scheme: 'light' | 'dark'): Promise<void> {
  const features = [{ name: 'prefers-color-scheme', value: scheme }];
  await cdp().send('Emulation.setEmulatedMedia', { features });
}

/** The style of the first element of a page that matches. */
export function styleOf(page: Document, selector: string): CSSStyleDeclaration {
  return (page.defaultView as Window).getComputedStyle(page.querySelector(selector) as Element);
}

/** WCAG's contrast ratio of two `rgb(…)` colors. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [r, g, b] = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
