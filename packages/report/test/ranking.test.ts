import { expect, test } from 'vitest';
import { type Ranking, rankingReport, seedMean } from '../src/index.ts';
import { checkNesting, unescaped } from './markup.ts';

const ranking: Ranking = {
  ...{ task: 'own/reviews', taskFingerprint: 'abc', encoder: 'mini', encoderFingerprint: 'def' },
  metric: 'accuracy',
  sources: [
    { path: 'runs/<mnli>', isOwn: false, similarity: 0.5, logMe: -0.25, coefficients: [0.25, 0.75, 0.5] },
    { path: 'runs/own', isOwn: true, similarity: null, logMe: null, coefficients: null },
  ],
  scores: { sources: [0.75, 0.5], random: [0.5, 0.25], shuffled: null, alone: [0.6, 0.4] },
  verdict: { control: 'alone', difference: 0.125, interval: [-0.1, 0.35], helps: false },
  ...{ advice: 'No source is shown to help.', rows: 1200, validationRows: 200, steps: 40, seconds: 12.3 },
};

test('a page begins with the advice, and shows what is known of each source and of the controls', () => {
  const text = rankingReport(ranking, { shown: 'reviews.csv', footer: 'ScaLearn 1' });
  checkNesting(text);
  expect(text).toContain('<h1>Sources for reviews.csv</h1>\n<p>No source is shown to help.</p>');
  const rows = [...unescaped(text).matchAll(/<tr>(.*)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell),
  );
  expect(rows).toContainEqual(['runs/<mnli>', '1', '0.500 ± 0.621', '-0.250', '0.500']);
  expect(rows).toContainEqual(['runs/own (of the target)', '2', '', '', '']);
  expect(rows).toContainEqual(['ScaLearnUniform on the best sources', '0.625 ± 1.588', '0.750, 0.500']);
  expect(text).not.toContain('shuffled layers');
  expect(text).toContain('by 0.125, 95 % interval -0.100 to 0.350');
  expect(text).toContain('1,200');
});

test('a mean has its interval by Student’s t, where there are several seeds', () => {
  // t(0.975, 2) = 4.302653, and the standard deviation is 0.25.
  expect(seedMean([0.25, 0.75, 0.5])).toBe(`0.500 ± ${((4.302653 * 0.25) / Math.sqrt(3)).toFixed(3)}`);
  expect(seedMean([0.5])).toBe('0.500');
});

test('the training on all the sources follows the advice', () => {
  const full = { path: 'runs/all', sources: 9, score: 0.75, regret: 0.125 };
  const text = rankingReport({ ...ranking, full }, { shown: 'reviews.csv', footer: 'ScaLearn 1' });
  expect(text).toContain(
    'runs/all, trained on 9 sources, has accuracy 0.750 on the validation rows: the regret of the short trainings is 0.125.',
  );
});
