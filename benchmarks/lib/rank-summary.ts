import { mean, randomRegretAt, regretAt, signFlipTest, spearman } from '@scalearn/evaluation';
import type { Measured } from './rank-sources.ts';

/** What a kind of evidence finds, as means over targets. */
export interface EvidenceQuality {
  readonly evidence: string;
  readonly targets: number;
  /** Regret@1 and regret@3 in points: 100 times the score. */
  readonly regret1: number;
  readonly regret3: number;
  /** Expected regret of sources drawn at random. */
  readonly randomRegret1: number;
  readonly randomRegret3: number;
  /** Of the difference of regret@3 from random choice: sign-flip test over targets, two-sided. */
  readonly p: number;
  /** Spearman's correlation with the scores. */
  readonly correlation: number;
  /** Seconds for all sources of a target. */
  readonly seconds: number;
}

type Values = ReadonlyMap<string, number>;
/** By target, then by source. */
type Table = ReadonlyMap<string, Values>;

/** Compares rankings by each kind of evidence with the scores of the sources alone. */
export function summarize(measured: Measured): readonly EvidenceQuality[] {
  const scores = tableOf(measured, 'alone', 'score');
  const logMe = tableOf(measured, 'logMe', 'value');
  const coefficients = coefficientTable(measured);
  const evidence: Readonly<Record<string, Table>> = {
    similarity: tableOf(measured, 'similarity', 'value'),
    logMe,
    coefficients,
    'logMe, then coefficients of the best 8': refined(logMe, coefficients),
  };
  return Object.entries(evidence).flatMap(([name, table]) => {
    const targets = [...scores.keys()].filter((target) => table.has(target));
    if (targets.length === 0) return [];
    const each = targets.map((target) =>
      quality(scores.get(target) ?? new Map(), table.get(target) ?? new Map()),
    );
    const average = (key: keyof ReturnType<typeof quality>): number => mean(each.map((one) => one[key]));
    const regrets = each.map(({ regret3 }) => regret3);
    const chances = each.map(({ randomRegret3 }) => randomRegret3);
    return [
      {
        ...{
          evidence: name,
          targets: targets.length,
          regret1: average('regret1'),
          regret3: average('regret3'),
        },
        ...{ randomRegret1: average('randomRegret1'), randomRegret3: average('randomRegret3') },
        ...{ p: signFlipTest(regrets, chances).p, correlation: average('correlation') },
        seconds: secondsOf(measured, name) / targets.length,
      },
    ];
  });
}

function quality(scores: Values, evidence: Values) {
  const names = [...scores.keys()].filter((name) => evidence.has(name));
  const own = names.map((name) => 100 * (scores.get(name) ?? 0));
  const values = names.map((name) => evidence.get(name) ?? 0);
  const order = names.map((_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  return {
    ...{ regret1: regretAt(own, order, 1), regret3: regretAt(own, order, 3) },
    ...{ randomRegret1: randomRegretAt(own, 1), randomRegret3: randomRegretAt(own, 3) },
    correlation: spearman(own, values) || 0,
  };
}

/** Means of a field over seeds. */
function tableOf(measured: Measured, kind: string, field: string): Table {
  const lists = new Map<string, Map<string, number[]>>();
  for (const { words, value } of measured.withKind(kind)) {
    const [target = '', source = ''] = words;
    const found = lists.get(target) ?? new Map<string, number[]>();
    found.set(source, [...(found.get(source) ?? []), Number(value[field]) || 0]);
    lists.set(target, found);
  }
  return new Map(
    [...lists].map(([target, found]) => [
      target,
      new Map([...found].map(([name, list]) => [name, mean(list)])),
    ]),
  );
}

function coefficientTable(measured: Measured): Table {
  const lists = new Map<string, Map<string, number[]>>();
  for (const { words, value } of measured.withKind('coefficients')) {
    const [target = ''] = words;
    const found = lists.get(target) ?? new Map<string, number[]>();
    for (const [name, each] of Object.entries(value.values as Record<string, number>))
      found.set(name, [...(found.get(name) ?? []), each]);
    lists.set(target, found);
  }
  return new Map(
    [...lists].map(([target, found]) => [
      target,
      new Map([...found].map(([name, list]) => [name, mean(list)])),
    ]),
  );
}

/** The first eight by one kind of evidence, in the order of another, before all others. */
function refined(first: Table, second: Table): Table {
  return new Map(
    [...first].map(([target, values]) => {
      const order = [...values].sort(([, a], [, b]) => b - a).map(([name]) => name);
      const best = order
        .slice(0, 8)
        .sort((a, b) => (second.get(target)?.get(b) ?? 0) - (second.get(target)?.get(a) ?? 0));
      return [target, new Map([...best, ...order.slice(8)].map((name, i) => [name, -i]))];
    }),
  );
}

function secondsOf(measured: Measured, evidence: string): number {
  const kinds = evidence.startsWith('logMe,') ? ['logMe', 'coefficients'] : [evidence];
  const all = kinds.flatMap((kind) => measured.withKind(kind));
  return all.reduce((sum, { value }) => sum + (Number(value.seconds) || 0), 0);
}
