import { expect, test } from 'vitest';
import { comparisonReport } from '../src/comparison.ts';
import { checkNesting, unescaped } from './markup.ts';
import { sample } from './sample.ts';

const page = comparisonReport(sample);
const cells = (html: string): string[][] =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) =>
      unescaped(cell.replace(/<[^>]*>/g, '')),
    ),
  );

test('the page is whole and asks for nothing from elsewhere', () => {
  checkNesting(page);
  expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
  const addresses = page.match(/(?:https?:)?\/\/[\w.-]+[^\s"<)]*/g) ?? [];
  expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
  expect(page).not.toMatch(/<script|@import|url\(|src=/);
  expect(page).toContain(`content="default-src 'none';`);
});

test('the table has every method with its parameters, mean, deviation, scores and seconds', () => {
  const [head, ...rows] = cells(page);
  expect(head).toEqual(['Method', 'Trained parameters', 'Accuracy', 'By seed', 'Seconds']);
  expect(rows).toHaveLength(6);
  expect(rows[1]).toEqual(['ScaLearn', '10,000', '0.630 ± 0.010', '0.620\u20020.640\u20020.630', '4.1']);
  expect(rows[5]).toEqual(['majority class', '–', '0.527', '', '']);
});

test('a single seed has no deviation', async () => {
  const methods = sample.methods.map((method) => ({ ...method, scores: method.scores.slice(0, 1) }));
  const [head, first] = cells(comparisonReport({ ...sample, methods }));
  expect(head).toEqual(['Method', 'Trained parameters', 'Accuracy', 'Seconds']);
  expect(first).toEqual(['single adapter', '100,000', '0.600', '4.0']);
});

test('an undefined score is said to be', async () => {
  const methods = sample.methods.map((method) => ({ ...method, scores: [Number.NaN, 0.5] }));
  expect(cells(comparisonReport({ ...sample, methods }))[1]?.[2]).toBe('undefined ± undefined');
});

test('maps of one page share their scale', () => {
  // The furthest from the start, 1/4, is 1, in the map with four layers; in the other it is -1/4.
  const single = page.slice(page.indexOf('aria-label="Coefficients of ScaLearn++'));
  const strengths = [...single.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, value]) => Number(value));
  expect(Math.max(...strengths)).toBeCloseTo(2 / 3, 4);
});

test('what was run and how to go on stand at the end', () => {
  expect(page).toContain('<dt>Device</dt><dd>ONNX Runtime</dd>');
  expect(page).toContain('<code>scalearn train --task reviews.csv');
  const headings = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) => text);
  expect(headings).toEqual([
    'Results',
    'Learning curves',
    'Learned coefficients',
    'What was run',
    'Next steps',
  ]);
});

test('without coefficients or commands there are no sections for them', async () => {
  const { coefficients: _, commands: __, ...rest } = sample;
  const text = comparisonReport(rest);
  expect(text).not.toContain('Learned coefficients');
  expect(text).not.toContain('Next steps');
});

test('names are text, wherever they appear', async () => {
  const name = `<b onload="x('1')">&amp;`;
  const hostile = comparisonReport({
    ...{ title: name, summary: name, metric: name, curve: name, footer: name },
    methods: sample.methods.map((method) => ({ ...method, name })),
    baseline: { name, score: 0.5 },
    coefficients: [{ method: name, sources: [name], layers: [name], values: [[1]], start: 0 }],
    facts: { [name]: name },
    commands: { [name]: name },
  });
  checkNesting(hostile);
  expect(/<b[ >]/.test(hostile)).toBe(false);
  expect(hostile.split('&lt;b onload').length).toBeGreaterThan(15);
});
