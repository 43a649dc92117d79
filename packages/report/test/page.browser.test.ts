// What a reader sees in Chromium, of a page that was made there.

import type {} from '@vitest/browser-playwright';
import { expect, test } from 'vitest';
import { comparisonReport } from '../src/index.ts';
import { contrast, prefer, show, styleOf } from './frame.ts';
import { sample } from './sample.ts';

const text = comparisonReport(sample);

test.each([400, 1100])('at %i pixels everything is visible and nothing overflows', async (width) => {
  const page = await show(text, width);
  const root = page.documentElement;
  expect(root.scrollWidth).toBe(width);
  const drawings = [...page.querySelectorAll('svg')];
  expect(drawings).toHaveLength(3);
  for (const drawing of drawings) {
    const box = drawing.getBoundingClientRect();
    expect(Math.min(box.width, box.height)).toBeGreaterThan(80);
    expect(drawing.getAttribute('aria-label')).not.toBe('');
    // Texts that are placed by estimated widths stay within the drawing.
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
  const page = await show(text, 800);
  const style = (selector: string): CSSStyleDeclaration => styleOf(page, selector);
  expect(style('body').backgroundColor).toBe(ground);
  expect(contrast(style('body').color, ground)).toBeGreaterThan(10);
  expect(contrast(style('.note').color, ground)).toBeGreaterThan(4.5);
  expect(contrast(style('.axis text').fill, ground)).toBeGreaterThan(4.5);
  const lines = [...page.querySelectorAll('.curves .lines path')];
  const colors = lines.map((line) => (page.defaultView as Window).getComputedStyle(line).stroke);
  expect(new Set(colors).size).toBe(sample.methods.length);
  for (const color of colors) expect(contrast(color, ground)).toBeGreaterThan(3);
});
