import { ArgumentError, type Encoder, type SourceAdapter, type SourceControl } from '@scalearn/core';
import { checkSources, controlAdapter, isLora, type Pooling } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import { mean } from '@scalearn/evaluation';
import type { RankedSource, Ranking, RankingScores } from '@scalearn/report';
import { embedTask, LogMe, taskSimilarity } from './evidence.ts';
import { aloneTrial, numbered, sourcesTrial, type Trial, type TrialOptions } from './trials.ts';
import { adviceOf, verdictOf } from './verdict.ts';

/** A source to rank. */
export interface RankCandidate {
  /** Where it is, for people. */
  readonly path: string;
  /** The trained adapter. */
  readonly adapter: SourceAdapter;
  /** Whether it was trained on the target; false by default. */
  readonly isOwn?: boolean;
  /** The task it was trained on, with its rows; undefined if they are not known. */
  readonly task?: Task | undefined;
}

/** Options of {@link rankSources}. */
export interface RankOptions {
  /** The frozen encoder that the sources were trained on. */
  readonly encoder: Encoder;
  /** The encoder as the user named it; its name by default. */
  readonly encoderSource?: string;
  /** The target with its rows. */
  readonly task: Task;
  /** The sources: all bottleneck adapters or all LoRAs. */
  readonly candidates: readonly RankCandidate[];
  /** Seeds of the short trainings, at least 3; 0, 1 and 2 by default. */
  readonly seeds?: readonly number[];
  /** Number of sources that take part in the short trainings: the best by LogME; 8 by default. */
  readonly top?: number;
  /** Steps of each short training; 100 by default, fewer if the budget does not suffice. */
  readonly steps?: number;
  /** Seconds that the ranking may take, approximately; unlimited by default. */
  readonly budget?: number | undefined;
  /** What the head reads of a text; by default what it reads in training. */
  readonly pooling?: Pooling | undefined;
  /** Aborting rejects with the signal's reason; by default nothing aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Receives what is being done, with the number of finished and of all pieces; by default nothing is reported. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** Fewest steps of a short training, whatever the budget is. */
const fewestSteps = 20;

/**
 * Ranks sources for a target, the cheapest evidence first: the similarity of the tasks' texts, LogME of the features under
 * each source, and a short training of ScaLearnUniform on the best of them with several seeds. Controls always take part:
 * random adapters, shuffled layers, and the target alone.
 *
 * @throws ArgumentError for sources that do not fit the encoder or each other
 */
export async function rankSources(options: RankOptions): Promise<Ranking> {
  const start = performance.now();
  const { encoder, task, candidates, seeds = [0, 1, 2], top = 8, signal, pooling, budget } = options;
  const { onProgress = () => {} } = options;
  check(options);
  const passed = (): number => (performance.now() - start) / 1000;

  const own = await embedTask(encoder, task, { signal });
  const similarTo = async (from: Task): Promise<number> =>
    taskSimilarity(await embedTask(encoder, from, { signal }), own);
  // Several sources may have been trained on the same rows.
  const known = new Map<string, number>();
  const ranked: { readonly candidate: RankCandidate; similarity: number | null; logMe: number }[] = [];
  using evidence = await LogMe.create(encoder, task, { signal, pooling });
  for (const [i, candidate] of candidates.entries()) {
    onProgress('features', i, candidates.length);
    const { task: from } = candidate;
    const similarity = from ? (known.get(from.fingerprint) ?? (await similarTo(from))) : null;
    if (from && similarity !== null) known.set(from.fingerprint, similarity);
    const logMe = await evidence.of(candidate.adapter);
    ranked.push({ candidate, similarity, logMe });
  }
  ranked.sort((a, b) => b.logMe - a.logMe);
  const tried = ranked.slice(0, top);
  const adapters = tried.map(({ candidate }) => candidate.adapter);
  const [first] = adapters as [SourceAdapter];

  const [firstSeed = 0] = seeds;
  let steps = options.steps ?? 100;
  let shortest: Trial | undefined;
  if (budget !== undefined) {
    const before = passed();
    shortest = await sourcesTrial(adapters, firstSeed, {
      encoder,
      task,
      steps: fewestSteps,
      pooling,
      signal,
    });
    const secondsPerStep = (passed() - before) / fewestSteps;
    // Each seed has three trainings on sources, and two of an adapter on the target alone.
    const affordable = Math.floor((budget - passed()) / (5 * seeds.length * secondsPerStep));
    steps = Math.max(fewestSteps, Math.min(steps, affordable));
  }
  const trialOptions: TrialOptions = { encoder, task, steps, pooling, signal };
  const onSources: Trial[] = [];
  const random: number[] = [];
  const shuffled: number[] = [];
  const canShuffle = encoder.architecture.layers > 1;
  const alone: number[] = [];
  for (const [i, seed] of seeds.entries()) {
    onProgress('short trainings', i, seeds.length);
    const isMeasured = seed === firstSeed && steps === fewestSteps;
    onSources.push((isMeasured && shortest) || (await sourcesTrial(adapters, seed, trialOptions)));
    random.push((await sourcesTrial(controls(adapters, 'random', seed), seed, trialOptions)).score);
    const mixed = canShuffle ? controls(adapters, 'shuffled', seed) : undefined;
    if (mixed) shuffled.push((await sourcesTrial(mixed, seed, trialOptions)).score);
    alone.push((await aloneTrial(first, seed, trialOptions)).score);
  }
  onProgress('short trainings', seeds.length, seeds.length);

  const scores: RankingScores = {
    sources: onSources.map(({ score }) => score),
    ...{ random, shuffled: canShuffle ? shuffled : null, alone },
  };
  const verdict = verdictOf(scores);
  const { primaryMetric: metric } = task;
  const all = ranked.map(({ candidate, similarity, logMe }, i): RankedSource => {
    const coefficients = i < tried.length ? onSources.map((trial) => trial.coefficients[i] ?? 0) : null;
    return { path: candidate.path, isOwn: candidate.isOwn === true, similarity, logMe, coefficients };
  });
  const coefficient = ({ coefficients }: RankedSource): number =>
    coefficients ? mean(coefficients) : Number.NEGATIVE_INFINITY;
  return {
    ...{ task: task.id, taskFingerprint: task.fingerprint },
    ...{ encoder: options.encoderSource ?? encoder.name, encoderFingerprint: encoder.fingerprint, metric },
    sources: all.sort((a, b) => coefficient(b) - coefficient(a) || (b.logMe ?? 0) - (a.logMe ?? 0)),
    ...{ scores, verdict, advice: adviceOf(verdict, scores, metric) },
    ...{ rows: task.train.length, validationRows: task.validation.length, steps, seconds: passed() },
  };
}

function check({ encoder, task, candidates, seeds = [0, 1, 2], top = 8 }: RankOptions): void {
  const [first, ...others] = candidates.map(({ adapter }) => adapter);
  if (!first) throw new ArgumentError('there is no source to rank');
  const other = others.find((adapter) => isLora(adapter) !== isLora(first));
  if (other)
    throw new ArgumentError(
      `sources must be all LoRAs or all bottleneck adapters; '${first.name}' and '${other.name}' are of both kinds, so rank them apart`,
    );
  if (seeds.length < 3 || new Set(seeds).size < seeds.length)
    throw new ArgumentError(
      'a ranking needs at least three different seeds, to tell a difference from chance',
    );
  if (!(Number.isInteger(top) && top > 0))
    throw new ArgumentError(`the number of sources to try must be a whole number from 1, not ${top}`);
  if (task.train.length === 0 || task.validation.length === 0)
    throw new ArgumentError(`${task.id} needs training and validation rows, so that sources can be compared`);
  const { architecture, fingerprint } = encoder;
  const target = { encoder: architecture, encoderFingerprint: fingerprint };
  for (const { adapter } of candidates) checkSources([adapter], target);
  checkSources(numbered(candidates.map(({ adapter }) => adapter)), target);
}

const controls = (
  adapters: readonly SourceAdapter[],
  control: SourceControl,
  seed: number,
): SourceAdapter[] => numbered(adapters).map((adapter) => controlAdapter(adapter, control, seed));
