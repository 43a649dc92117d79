// What a reader sees in Chromium, of a page that was made there.

import type {} from '@vitest/browser-playwright';
import { afterEach, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { comparisonReport } from '../src/index.ts';
import { sample } from './sample.ts';

const text = await comparisonReport(sample);
let frame: HTMLIFrameElement;

/** Shows the page in a frame of a width. */
async function show(width: number): Promise<Document> {
  frame = document.createElement('iframe');
  frame.style.cssText = `width: ${width}px; height: 900px; border: 0`;
  frame.srcdoc = text;
  const loaded = new Promise((resolve) => {
    frame.onload = resolve;
  });
  document.body.append(frame);
  await loaded;
  return frame.contentDocument as Document;
}

async function prefer(scheme: 'light' | 'dark'): Promise<void> {
  const features = [{ name: 'prefers-color-scheme', value: scheme }];
  await cdp().send('Emulation.setEmulatedMedia', { features });
}

afterEach(() => frame.remove());

test.each([400, 1100])('at %i pixels everything is visible and nothing overflows', async (width) => {
  const page = await show(width);
  const root = page.documentElement;
  expect(root.scrollWidth).toBe(width);
  const drawings = [...page.querySelectorAll('svg')];
  expect(drawings).toHaveLength(3);
  for (const drawing of drawings) {
    const box = drawing.getBoundingClientRect();
    expect(Math.min(box.width, box.height)).toBeGreaterThan(80);
    expect(drawing.getAttribute('aria-label')).not.toBe('');
    // The texts that Vega placed by estimated widths stay within the drawing.
    for (const label of drawing.querySelectorAll('text')) {
      const inner = label.getBoundingClientRect();
      expect(inner.left).toBeGreaterThanOrEqual(box.left - 1);
      expect(inner.right).toBeLessThanOrEqual(box.right + 1);
    }
  }
  const table = page.querySelector('table') as HTMLElement;
  expect(table.getBoundingClientRect().width).toBeLessThan(width === 400 ? 700 : 900);
});

test.each([
  ['light', 'rgb(255, 255, 255)'],
  ['dark', 'rgb(22, 25, 29)'],
] as const)('in the %s scheme text and figures stand out from the ground', async (scheme, ground) => {
  await prefer(scheme);
  const page = await show(800);
  const style = (selector: string): CSSStyleDeclaration =>
    (frame.contentWindow as Window).getComputedStyle(page.querySelector(selector) as Element);
  expect(style('body').backgroundColor).toBe(ground);
  expect(contrast(style('body').color, ground)).toBeGreaterThan(10);
  expect(contrast(style('.note').color, ground)).toBeGreaterThan(4.5);
  expect(contrast(style('.role-axis-label text').fill, ground)).toBeGreaterThan(4.5);
  const lines = [...page.querySelectorAll('.curves .mark-line path')];
  const colours = lines.map((line) => (frame.contentWindow as Window).getComputedStyle(line).stroke);
  expect(new Set(colours).size).toBe(sample.methods.length);
  for (const colour of colours) expect(contrast(colour, ground)).toBeGreaterThan(3);
});

/** WCAG's contrast ratio of two `rgb(…)` colours. */
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
