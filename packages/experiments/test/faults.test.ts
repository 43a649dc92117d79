import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { readExperiment } from '../src/experiment/read-experiment.ts';

const path = join(scratchFolder(), 'try.yaml');

function read(text: string): ReturnType<typeof readExperiment> {
  writeFileSync(path, text);
  return readExperiment(path);
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const deep = (levels: number): string => lines(levels, (i) => `${' '.repeat(i)}a:`);
const longAliases = `a: &a [${'x, '.repeat(5000)}]\n${lines(100, (i) => `k${i}: *a`)}`;

const head = 'encoders: [mini]\ntasks: [miniglue/rte, miniglue/cola]\n';

test.each<[string, string, string | RegExp]>([
  [
    'a bracket',
    'encoders: [mini\ntasks: x',
    'try.yaml:2:1: a bracket that was opened before is not closed; add ]',
  ],
  ['a brace', 'encoders: {mini: 1', 'try.yaml:1:19: a bracket that was opened before is not closed; add }'],
  [
    'a quotation mark',
    'name: "a\ntasks: x',
    'try.yaml:2:9: a quotation mark that was opened before is not closed',
  ],
  ['a tab', 'a:\n\tb: 1', 'try.yaml:2:1: this line is indented with a tab; use blanks'],
  ['two colons', 'a: b: c', 'try.yaml:1:4: there is a second colon or a list on this line'],
  ['no colon', 'a: 1\nb\n', 'try.yaml:2:1: a colon is missing after a key'],
  ['no comma', 'a: {b: 1 c: 2}', 'a comma or the closing bracket may be missing before it'],
  ['no comma in a list', 'a: ["b" "c"]', 'try.yaml:1:9: a comma is missing between two entries in brackets'],
  ['a stray bracket', 'a: ]', "try.yaml:1:4: ']' does not belong here"],
  ['a character', 'a: @b', 'try.yaml:1:4: a text must not begin with this character'],
  ['another column', 'a:\n    b: 1\n  c: 2', 'try.yaml:3:1: the indentation differs'],
  ['a backslash', 'a: "\\q"', 'try.yaml:1:5: a backslash in "…" begins nothing that is known'],
  ['two documents', 'a: 1\n---\nb: 2', 'try.yaml:2:1: a second document begins here'],
  [
    'a key twice',
    'encoders: [mini]\nencoders: [mini]\n',
    "try.yaml:2:1: the key 'encoders' is there twice; remove one of them",
  ],
  ['an alias of nothing', 'encoders: *all\n', "try.yaml:1:11: there is no anchor '&all' before it"],
  [
    'aliases of aliases of aliases',
    [
      'a: &a [x]',
      ...Array.from('bcdefgh', (key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefg'[i]}`)}]`),
    ].join('\n'),
    'its aliases repeat too much',
  ],
  ['an alias of what it is part of', 'a: &a\n  - *a\n', "try.yaml:2:5: '*a' is part of its own anchor"],
  ['a key that is a list', '? [a]\n: b\n', 'try.yaml:1:4: a key must be a word'],
  ['brackets in brackets', `a: ${'['.repeat(50_000)}`, 'try.yaml:1:103: it is nested deeper than 100'],
  ['lists in lists', `a:\n  ${'- '.repeat(20_000)}`, 'try.yaml:2:203: it is nested deeper than 100'],
  ['keys in keys', '? '.repeat(30_000), 'try.yaml:1:201: it is nested deeper than 100'],
  ['indented keys', deep(400), 'try.yaml:101:101: it is nested deeper than 100'],
  ['braces in braces', '{a: '.repeat(20_000), 'try.yaml:1:'],
  ['many values', `a: [${'1, '.repeat(25_000)}]`, ': it holds more than 20000 values'],
  ['many keys', lines(9000, (i) => `k${i}: 1`), 'try.yaml:1:1: the experiment has no '],
  ['one key many times', 'a: 1\n'.repeat(15_000), "try.yaml:2:1: the key 'a' is there twice"],
  ['many aliases', `a: &a 1\nb: [${'*a, '.repeat(20_000)}]`, ': its aliases repeat too much'],
  ['many anchors', lines(3500, (i) => `k${i}: [&a${i} 1, *a${i}]`), 'try.yaml:1:1: the experiment has no '],
  ['aliases of a long list', longAliases, ': its aliases repeat too much'],
  ['many brackets too many', '}'.repeat(50_000), 'try.yaml:1:1: '],
  ['a long file', '# \n'.repeat(50_000), 'try.yaml:1:1: this is not an experiment'],
  ['nothing', '', 'try.yaml:1:1: the experiment must be an object, not null'],
  ['no methods', head, "try.yaml:1:1: the experiment needs 'methods'"],
  [
    'an unknown key',
    `${head}method: { bottleneck: }\nmethods: { bottleneck: }\n`,
    "try.yaml:3:1: the experiment has no 'method'. Did you mean methods?",
  ],
  [
    'an unknown option',
    `${head}methods:\n  bottleneck:\n    options: { learningRat: 1 }\n`,
    "try.yaml:5:16: methods.bottleneck.options has no 'learningRat'. Did you mean learningRate?",
  ],
  [
    'an unknown method',
    `${head}methods:\n  a: { method: botleneck }\n`,
    /try.yaml:4:16: methods.a.method must be one of .* \(did you mean bottleneck\?\), not "botleneck"/,
  ],
  [
    'a value of another kind',
    `${head}seeds: [0, x]\nmethods: { bottleneck: }\n`,
    'try.yaml:3:12: seeds.1 must be a whole number of at least 0, not "x"',
  ],
  [
    'a seed twice',
    `${head}seeds: [1, 1]\nmethods: { bottleneck: }\n`,
    'try.yaml:3:8: seeds must be a list in which',
  ],
  [
    'no tasks',
    'encoders: [mini]\ntasks: []\nmethods: { bottleneck: }\n',
    'try.yaml:2:8: tasks must be a list that is not',
  ],
  [
    'a list in the place of an object',
    `${head}methods:\n  bottleneck: { options: [] }\n`,
    'try.yaml:4:26: methods.bottleneck.options must be an object, not []',
  ],
  [
    'a name that objects have',
    `${head}methods:\n  constructor: { method: 5 }\n`,
    "try.yaml:4:3: methods must be an object without the names '__proto__'",
  ],
  [
    'a field that objects have',
    `${head}methods: { bottleneck: }\nconstructor: 5\n`,
    "try.yaml:4:1: the experiment has no 'constructor'",
  ],
  [
    'an option out of range',
    `${head}options: { epochs: 0 }\nmethods: { bottleneck: }\n`,
    'try.yaml:3:20: options.epochs must be a whole number of at least 1, not 0',
  ],
  [
    'an option of another type',
    `${head}perTask: { miniglue/rte: { options: { limit: few } } }\nmethods: { bottleneck: }\n`,
    'try.yaml:3:46: perTask.miniglue/rte.options.limit must be a whole number of at least 1, not "few"',
  ],
  [
    'a value that varies and is out of range',
    `${head}methods:\n  bottleneck: { vary: { trainPercent: [5, 7] } }\n`,
    'try.yaml:4:43: methods.bottleneck.vary.trainPercent.1 must be a whole number from 5 to 100, a multiple of 5, not 7',
  ],
  [
    'a grid for an option without one',
    `${head}methods:\n  bottleneck: { vary: { limit: { grid: [4, 8] } } }\n`,
    'try.yaml:4:32: methods.bottleneck.vary.limit must be a list, not {"grid": [4, 8]}',
  ],
  [
    'weights that are none',
    `${head}options: { classWeights: even }\nmethods: { bottleneck: }\n`,
    'try.yaml:3:26: options.classWeights must be none, balanced, or a number for each label, such as a=1,b=3, not "even"',
  ],
  [
    'an option that only train has',
    `${head}options: { seed: 1 }\nmethods: { bottleneck: }\n`,
    "try.yaml:3:12: options has no 'seed'.",
  ],
  [
    'an unknown task',
    'encoders: [mini]\ntasks:\n  - miniglue/rte\n  - miniglue/rtt\nmethods: { bottleneck: }\n',
    "try.yaml:4:5: there is no task 'miniglue/rtt'. Did you mean miniglue/rte?",
  ],
  [
    'an entry that is no method',
    `${head}methods:\n  mine: { label: Mine }\n`,
    'try.yaml:4:3: mine is not a method, so it must name one',
  ],
  [
    "another method's option",
    `${head}methods:\n  bottleneck:\n    options: { omega: 1 }\n`,
    "try.yaml:5:16: bottleneck has no option 'omega'",
  ],
  [
    'no sources',
    `${head}methods:\n  scalearn:\n`,
    'try.yaml:4:3: scalearn needs sources: the name of another entry',
  ],
  [
    'sources that are not wanted',
    `${head}methods:\n  ia3:\n  bottleneck: { sources: ia3 }\n`,
    'try.yaml:5:17: bottleneck takes no sources',
  ],
  [
    'a comparison with what is not there',
    `${head}compare: [botleneck]\nmethods:\n  bottleneck:\n`,
    "try.yaml:3:11: there is no entry 'botleneck' among the methods. Did you mean bottleneck?",
  ],
  [
    'sources that are not there',
    `${head}methods:\n  bottleneck:\n  scalearn: { sources: botleneck }\n`,
    "try.yaml:5:24: there is no entry 'botleneck' among the methods. Did you mean bottleneck?",
  ],
  [
    'tasks of the only source',
    `${head}methods:\n  bottleneck:\n  scalearn: { sources: { from: bottleneck, own: only, tasks: [miniglue/rte] } }\n`,
    "try.yaml:5:55: 'own: only' leaves out all other sources",
  ],
  [
    'a kind of sources that there is not',
    `${head}methods:\n  bottleneck:\n  scalearn: { sources: { from: bottleneck, kind: mixed } }\n`,
    'try.yaml:5:50: ',
  ],
  [
    'a circle',
    `${head}methods:\n  a: { method: scalearn, sources: b }\n  b: { method: scalearn++, sources: { from: a } }\n`,
    'try.yaml:4:35: the sources of a form a cycle: a needs b needs a',
  ],
])('%s is named with line and column', async (_, text, message) => {
  const start = process.cpuUsage();
  await expect(read(text)).rejects.toThrow(message);
  // What the process has computed: on a busy machine the clock says little.
  expect(process.cpuUsage(start).user).toBeLessThan(3e6);
  await expect(read(text)).rejects.toMatchObject({ name: 'UsageError' });
});
