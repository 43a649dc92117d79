import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { type Overrides, readExperiment } from '../src/experiment/read-experiment.ts';
import { expand } from '../src/plan/expand.ts';

const folder = scratchFolder();
const path = join(folder, 'try.yaml');

function read(text: string, overrides?: Overrides): ReturnType<typeof readExperiment> {
  writeFileSync(path, text);
  return readExperiment(path, overrides);
}

/** What every model is, in short: `entry task seed <- sources`. */
async function models(text: string, overrides?: Overrides): Promise<string[]> {
  type Cell = ReturnType<typeof expand>[number];
  const name = ({ entry, tasks, seed, options, sources }: Cell): string => {
    const from = sources.length === 0 ? '' : ` <- ${sources.map((each) => `(${name(each)})`).join(' ')}`;
    const given = Object.entries(options).map(([key, value]) => ` ${key}=${value}`);
    return `${entry.id} ${tasks.join('+')} ${seed}${given.join('')}${from}`;
  };
  return expand(await read(text, overrides)).map(name);
}

const many = `[${Array.from({ length: 100 }, (_, i) => i + 1)}]`;

const head = 'encoders: [mini]\ntasks: [miniglue/rte, miniglue/cola]\n';

test('entries of a known shape pass', async () => {
  const { entries, title, name } = await read(
    `${head}methods: { bottleneck: , scalearn++: { sources: bottleneck } }\n`,
  );
  expect([title, name]).toEqual(['try', 'try']);
  expect(entries.map(({ id, seeds }) => [id, seeds])).toEqual([
    ['bottleneck', [0]],
    ['scalearn++', [0]],
  ]);
});

test('options are those of train that stand in an experiment, and of the methods', async () => {
  const options =
    'classWeights: balanced, checkpointEvery: 0.5, epochs: 2, learningRate: 1e-3, reductionFactor: 8';
  const { entries } = await read(`${head}options: { ${options} }\nmethods: { bottleneck: }\n`);
  expect(entries[0]?.options).toEqual({
    ...{ classWeights: 'balanced', checkpointEvery: 0.5, epochs: 2, learningRate: 0.001, reductionFactor: 8 },
  });
});

test("the target's own source comes last, and others before it in their order", async () => {
  const text = `${head}seeds: [3]\nmethods: { bottleneck: { report: false }, scalearn: { sources: bottleneck } }\n`;
  expect(await models(text)).toEqual([
    'scalearn miniglue/rte 3 <- (bottleneck miniglue/cola 0) (bottleneck miniglue/rte 0)',
    'scalearn miniglue/cola 3 <- (bottleneck miniglue/rte 0) (bottleneck miniglue/cola 0)',
  ]);
});

test('fewer targets do not make fewer sources', async () => {
  const text = `${head}methods: { bottleneck: { report: false }, scalearn: { sources: bottleneck } }\n`;
  expect(await models(text, { tasks: ['miniglue/rte'] })).toEqual([
    'scalearn miniglue/rte 0 <- (bottleneck miniglue/cola 0) (bottleneck miniglue/rte 0)',
  ]);
});

test("sources of other tasks, of the same seed, without the target's own, or with another entry's", async () => {
  const text = `${head}methods:
  bottleneck: { report: false }
  few: { method: bottleneck, report: false, vary: { limit: [4, 16] } }
  scalearn: { seeds: [5], tasks: [miniglue/rte], sources: { from: bottleneck, tasks: [miniglue/sst2, miniglue/rte], seed: same, own: false } }
  scalearn++: { tasks: [miniglue/rte], vary: { limit: [4, 16] }, sources: { from: bottleneck, own: few } }
`;
  expect(await models(text)).toEqual([
    'scalearn miniglue/rte 5 <- (bottleneck miniglue/sst2 5)',
    'scalearn++ miniglue/rte 0 limit=4 <- (bottleneck miniglue/cola 0) (few miniglue/rte 0 limit=4)',
    'scalearn++ miniglue/rte 0 limit=16 <- (bottleneck miniglue/cola 0) (few miniglue/rte 0 limit=16)',
  ]);
});

test("the target's own adapter alone, and sources that cannot help", async () => {
  const text = `${head}methods:
  bottleneck: { report: false }
  few: { method: bottleneck, report: false, vary: { limit: [4] } }
  own: { method: scalearn, tasks: [miniglue/rte], sources: { from: bottleneck, own: only } }
  own-few: { method: scalearn, tasks: [miniglue/rte], vary: { limit: [4] }, sources: { from: few, own: only } }
  random: { method: scalearn, tasks: [miniglue/rte], sources: { from: bottleneck, kind: random } }
  trained: { method: scalearn, tasks: [miniglue/rte], sources: { from: bottleneck, kind: trained } }
`;
  const all = '(bottleneck miniglue/cola 0) (bottleneck miniglue/rte 0)';
  expect(await models(text)).toEqual([
    'own miniglue/rte 0 <- (bottleneck miniglue/rte 0)',
    'own-few miniglue/rte 0 limit=4 <- (few miniglue/rte 0 limit=4)',
    `random miniglue/rte 0 <- ${all}`,
    `trained miniglue/rte 0 <- ${all}`,
  ]);
  const { entries } = await read(text);
  expect(entries.map(({ sources }) => sources?.control)).toEqual([
    ...[undefined, undefined, undefined, undefined],
    ...['random', undefined],
  ]);
});

test('models of an entry that varies an option are no sources without a word on which', async () => {
  const text = `${head}methods:
  few: { method: bottleneck, vary: { limit: [4, 16] } }
  scalearn: { sources: few }
`;
  await expect(models(text)).rejects.toThrow('few varies limit, so its models can be sources only of');
});

test('sources have a seed of their own, or each its own', async () => {
  const sources = async (seed: string): Promise<unknown> =>
    models(`${head}methods:
  bottleneck: { report: false }
  scalearn: { tasks: [miniglue/rte], sources: { from: bottleneck, seed: ${seed} } }
`);
  expect(await sources('2')).toEqual([
    'scalearn miniglue/rte 0 <- (bottleneck miniglue/cola 2) (bottleneck miniglue/rte 2)',
  ]);
  expect(await sources('{ miniglue/cola: 1 }')).toEqual([
    'scalearn miniglue/rte 0 <- (bottleneck miniglue/cola 1) (bottleneck miniglue/rte 0)',
  ]);
  await expect(sources('{ miniglue/kola: 1 }')).rejects.toThrow(
    "there is no task 'miniglue/kola'. Did you mean miniglue/cola?",
  );
});

test('a grid has a number for each source', async () => {
  const text = `${head}methods:
  bottleneck: { report: false }
  probe: { tasks: [miniglue/rte], sources: bottleneck, vary: { omega: { grid: [0, 1] } } }
`;
  const sources = '<- (bottleneck miniglue/cola 0) (bottleneck miniglue/rte 0)';
  expect(await models(text)).toEqual(
    ['0,0', '0,1', '1,0', '1,1'].map((omega) => `probe miniglue/rte 0 omega=${omega} ${sources}`),
  );
});

test('what is said of one entry or task goes before what is said of all', async () => {
  const text = `${head}seeds: [0, 1]
options: { epochs: 3, batchSize: 8, dropout: 0.1 }
perTask: { miniglue/cola: { seeds: [7], options: { epochs: 4 } } }
methods:
  bottleneck:
    options: { batchSize: 4 }
    perTask: { miniglue/cola: { options: { batchSize: 2 } } }
  adapter-m: { seeds: [2] }
fast: { seeds: [9], methods: [bottleneck], tasks: [miniglue/cola], options: { epochs: 1 }, perTask: { miniglue/cola: { options: { limit: 5 } } } }
`;
  expect(await models(text)).toEqual([
    'bottleneck miniglue/rte 0 epochs=3 batchSize=4',
    'bottleneck miniglue/rte 1 epochs=3 batchSize=4',
    'bottleneck miniglue/cola 7 epochs=4 batchSize=2',
    'adapter-m miniglue/rte+miniglue/cola 2 epochs=3 batchSize=8',
  ]);
  expect(await models(text, { fast: true })).toEqual([
    'bottleneck miniglue/cola 9 epochs=1 batchSize=2 limit=5',
  ]);
  expect(await models(text, { tasks: ['miniglue/rte'], seeds: [4], methods: ['bottleneck'] })).toEqual([
    'bottleneck miniglue/rte 4 epochs=3 batchSize=4',
  ]);
  await expect(models(text, { methods: ['ia3'] })).rejects.toThrow("has no method 'ia3'; it has bottleneck");
});

test('what is not reported cannot be chosen: nothing would be trained, without a word', async () => {
  const text = [
    'encoders: [mini]',
    'tasks: [miniglue/rte, miniglue/cola]',
    'methods:',
    '  adapter: { method: bottleneck, report: false }',
    '  scalearn: { sources: adapter }',
  ].join('\n');
  await expect(models(text, { methods: ['adapter'] })).rejects.toThrow(
    "does not report 'adapter' (report: false), so --methods cannot name it",
  );
});

test('--fast needs a part of that name', async () => {
  await expect(read(`${head}methods: { bottleneck: }\n`, { fast: true })).rejects.toThrow(
    "has no part 'fast'",
  );
});

test.each<[string, string]>([
  [
    'seeds',
    `seeds: [${Array.from({ length: 17_000 }, (_, i) => i)}]\nmethods: { bottleneck: , ia3: , propetl: }\n`,
  ],
  ['values', `methods:\n  bottleneck: { vary: { limit: ${many}, epochs: ${many}, patience: ${many} } }\n`],
])('too many %s for anybody to train is an error', async (_, text) => {
  const start = process.cpuUsage();
  await expect(models(`${head}${text}`)).rejects.toThrow(/are more than 100000 models/);
  // What the process has computed: on a busy machine the clock says little.
  expect(process.cpuUsage(start).user).toBeLessThan(3e6);
});
