import { mean, randomRegretAt, regretAt, regretTest, signFlipTest, spearman } from '@scalearn/evaluation';
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
  /** Whether regret@1 and regret@3 are smaller than by random choice, for these targets: see `regretTest`. */
  readonly p1: number;
  readonly p3: number;
  /** Whether regret@3 is smaller than by random choice for targets in general: sign-flip test over targets, two-sided. */
  readonly pOverTargets: number;
  /** Spearman's correlation with the scores. */
  readonly correlation: number;
  /** Seconds for all sources of a target. */
  readonly seconds: number;
}

type Values = ReadonlyMap<string, number>;
/** By target, then by source. */
type Table = ReadonlyMap<string, Values>;

/** The evidence by which the command ranks. */
const usual = 'logMe, then coefficients of the best 8';

function evidenceOf(measured: Measured): Readonly<Record<string, Table>> {
  const logMe = tableOf(measured, 'logMe', 'value');
  const coefficients = coefficientTable(measured);
  const similarity = tableOf(measured, 'similarity', 'value');
  return { similarity, logMe, coefficients, [usual]: refined(logMe, coefficients) };
}

/** Returns the names of a target's sources in the order in which the command ranks them. */
export function chosenSources(measured: Measured, target: string): readonly string[] {
  const found = evidenceOf(measured)[usual]?.get(target) ?? new Map<string, number>();
  return [...found].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

/** Returns mean scores over targets and seeds of ScaLearnUniform on the first sources of a ranking, and on all. */
export function summarizeTogether(measured: Measured): readonly { sources: string; score: number }[] {
  const table = tableOf(measured, 'together', 'score');
  const names = [...new Set([...table.values()].flatMap((each) => [...each.keys()]))];
  return names.map((sources) => ({
    sources,
    score: mean([...table.values()].flatMap((each) => each.get(sources) ?? [])),
  }));
}

/** Compares rankings by each kind of evidence with the scores of the sources alone. */
export function summarize(measured: Measured): readonly EvidenceQuality[] {
  const scores = tableOf(measured, 'alone', 'score');
  return Object.entries(evidenceOf(measured)).flatMap(([name, table]) => {
    const targets = [...scores.keys()].filter((target) => table.has(target));
    if (targets.length === 0) return [];
    const each = targets.map((target) =>
      inOrder(scores.get(target) ?? new Map(), table.get(target) ?? new Map()),
    );
    const ranked = each.map((one) => one.scores);
    const [first, three] = [1, 3].map((k) => regretTest(ranked, k)) as [Tested, Tested];
    const regrets = ranked.map((own) => regretAt(own, Object.keys(own).map(Number), 3));
    const chances = ranked.map((own) => randomRegretAt(own, 3));
    return [
      {
        ...{ evidence: name, targets: targets.length },
        ...{ regret1: first.regret, randomRegret1: first.randomRegret, p1: first.p },
        ...{ regret3: three.regret, randomRegret3: three.randomRegret, p3: three.p },
        pOverTargets: signFlipTest(regrets, chances).p,
        correlation: mean(each.map((one) => one.correlation)),
        seconds: secondsOf(measured, name) / targets.length,
      },
    ];
  });
}

type Tested = ReturnType<typeof regretTest>;

/** Returns the scores of the sources in points in the order of the evidence, and the correlation of both. */
function inOrder(scores: Values, evidence: Values) {
  const names = [...scores.keys()].filter((name) => evidence.has(name));
  const of = (values: Values, name: string): number => values.get(name) ?? 0;
  const ordered = names.toSorted((a, b) => of(evidence, b) - of(evidence, a));
  const correlation = spearman(
    names.map((name) => of(scores, name)),
    names.map((name) => of(evidence, name)),
  );
  return { scores: ordered.map((name) => 100 * of(scores, name)), correlation: correlation || 0 };
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
