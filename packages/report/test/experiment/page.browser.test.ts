// What a reader of a report of many runs sees in Chromium.

import type {} from '@vitest/browser-playwright';
import { expect, test } from 'vitest';
import { experimentReport } from '../../src/index.ts';
import { contrast, prefer, show, styleOf } from '../frame.ts';
import { few, small } from './sample.ts';

// Tables, maps, curves of layers and of training, efficiency, few rows, and probing.
const text = experimentReport({ ...small, runs: [...small.runs, ...few] });

test.each([390, 1400])('at %i pixels everything is visible and nothing overflows', async (width) => {
  const page = await show(text, width);
  expect(page.documentElement.scrollWidth).toBe(width);
  const drawings = [...page.querySelectorAll('svg')];
  expect(drawings.length).toBeGreaterThan(6);
  for (const drawing of drawings) {
    const box = drawing.getBoundingClientRect();
    expect(Math.min(box.width, box.height)).toBeGreaterThan(40);
    for (const label of drawing.querySelectorAll('text')) {
      const inner = label.getBoundingClientRect();
      expect(inner.left, label.textContent ?? '').toBeGreaterThanOrEqual(box.left - 1);
      expect(inner.right, label.textContent ?? '').toBeLessThanOrEqual(box.right + 1);
    }
  }
});

test.each([
  ['light', 'rgb(255, 255, 255)'],
  ['dark', 'rgb(22, 25, 29)'],
] as const)('in the %s scheme what is small and faint can be read', async (scheme, ground) => {
  await prefer(scheme);
  const page = await show(text, 1000);
  for (const selector of ['.below', 'tr.group th', 'td .faint', 'p.note'])
    expect(contrast(styleOf(page, selector).color, ground), selector).toBeGreaterThan(4.5);
});
