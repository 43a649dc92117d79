import { existsSync, readFileSync } from 'node:fs';
import { ownMethods } from '@scalearn/experiments/runs';
import { expect, test } from 'vitest';
import type { MethodsEvent } from '../src/output/events.ts';
import { events, must } from './support/run.ts';

const guide = '../../../docs/guide/methods.md';

const methods = ownMethods.all;
const kinds = {
  'single-task': 'single task',
  'two-stage': 'two stages',
  joint: 'joint',
  analysis: 'analysis',
} as const;

type Row = readonly string[];

/** A table of markdown, numbers of its last column to the right. */
function table(titles: Row, rows: readonly Row[], isNumeric: boolean): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  const rule = titles.map((_, i) => (isNumeric && i === titles.length - 1 ? '---:' : '---'));
  return [titles, rule, ...rows].map(line).join('\n');
}

/** Replaces what stands between the comments that name a table. */
function inPlace(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}, written by methods-guide.test.ts -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  expect(after, `the guide has the comments ${begin} and ${end}`).toBeDefined();
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

test('the tables of the guide say what the definitions say', async () => {
  const [{ methods: counted }] = events<MethodsEvent>(await must('methods', '--json')) as [MethodsEvent];
  const what = methods.map(({ id, title, kind, trains }) => {
    const count = counted.find(({ method }) => method === id)?.parameters ?? Number.NaN;
    const { what: part = '', where = '', count: formula = '' } = trains ?? {};
    return [`\`${id}\``, title, kinds[kind], part, where, formula, count.toLocaleString('en-US')];
  });
  const equations = methods.map(({ id, reference }) => [
    `\`${id}\``,
    reference?.equation ?? '',
    reference?.paper ?? '',
    `\`${reference?.file}\``,
  ]);
  const text = readFileSync(new URL(guide, import.meta.url), 'utf8');
  const titles = ['method', 'in reports', 'kind', 'what trains', 'where', 'parameters', 'roberta-base'];
  const first = inPlace(text, 'what trains', table(titles, what, true));
  const columns = ['method', 'equation', 'paper', 'file'];
  await expect(inPlace(first, 'equations', table(columns, equations, false))).toMatchFileSnapshot(guide);
});

test.each(methods.map(({ id, reference }) => [id, reference?.file]))('the file of %s is there', (_, file) => {
  expect(existsSync(new URL(`../../../packages/${file}`, import.meta.url)), file).toBe(true);
});
