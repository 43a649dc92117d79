import type {
  ArrayInput,
  ArrayOutput,
  IntegerInput,
  Kernel,
  Lanes,
  ValuesInput,
  ValuesOutput,
} from '../../graph/kernel.ts';
import { f32Literal, unroll } from '../../graph/wgsl.ts';

/** Which tokens have scores of relative positions: those that attend, those attended to, or both, side by side. */
export type PositionSides = 'queries' | 'keys' | 'both';

/** The form of scores of relative positions. */
export interface RelativeForm {
  readonly sides: PositionSides;
  /** Number of buckets of a head. */
  readonly buckets: number;
  /** Largest distance that has an entry of its own in the list of buckets. */
  readonly reach: number;
}

export interface AttentionUse {
  readonly heads: number;
  /** Factor of the products of queries and keys. */
  readonly scale: number;
  /** Largest distance of a key; undefined if there is no limit. */
  readonly window: number | undefined;
  /** Undefined if there are no scores of relative positions. */
  readonly relative: RelativeForm | undefined;
  /** Dropout probability of the attention probabilities; with 0 there is no random state. */
  readonly probability: number;
  readonly stream: number;
}

/** Returns the inputs of an operation that it may lack, by name. */
export function optionalInputs<T>(
  given: readonly T[],
  { probability, relative }: Pick<AttentionUse, 'probability' | 'relative'>,
): Readonly<Record<'random' | 'positions' | 'columns', T | undefined>> {
  const [random, ...rest] = probability > 0 ? given : [undefined, ...given];
  const [positions, columns] = relative ? rest : [];
  return { random, positions, columns };
}

/** Returns the number of tokens of a pair that have scores of relative positions. */
export const countSides = ({ sides }: Pick<RelativeForm, 'sides'>): number => (sides === 'both' ? 2 : 1);

/** The parameters of the attention kernels' text. */
export interface AttentionForm {
  /** Elements of a head. */
  readonly size: number;
  readonly dropped: boolean;
  /** See {@link AttentionUse}. */
  readonly scale: number;
  readonly window: number | undefined;
  readonly relative: RelativeForm | undefined;
  /** Invocations in a subgroup; only the variant with subgroups uses it. */
  readonly subgroupSize: number;
}

/** Returns 4 if a head is held in vectors of four; 1 if its size is not a multiple of four. */
const lanesOfHead = ({ size }: AttentionForm): Lanes => (size % 4 === 0 ? 4 : 1);
export const vectorsOfHead = (form: AttentionForm): number => form.size / lanesOfHead(form);
export const scaleOf = ({ scale }: AttentionForm): string => f32Literal(scale);

/** Declares the vectors `name0`, `name1`, … of one head of the row that begins at `begin`. */
export function readHead(form: AttentionForm, source: ArrayInput, name: string, begin: string): string {
  return unroll(vectorsOfHead(form), (i) =>
    lanesOfHead(form) === 4
      ? `    let ${name}${i} = ${source.at4(`(${begin} >> 2u) + ${i}u`)};`
      : `    let ${name}${i} = ${source.at(`${begin} + ${i}u`)};`,
  );
}

/** Declares sums `name0`, `name1`, … with the initial value zero. */
export function zeroHead(form: AttentionForm, name: string): string {
  const type = lanesOfHead(form) === 4 ? 'vec4f' : 'f32';
  return unroll(vectorsOfHead(form), (i) => `    var ${name}${i} = ${type}();`);
}

/** Returns the dot product of two heads, given the text of their vectors. It sums each lane first. */
export function dotHeads(form: AttentionForm, x: (i: number) => string, y: (i: number) => string): string {
  const terms = Array.from({ length: vectorsOfHead(form) }, (_, i) => `${x(i)} * ${y(i)}`);
  return lanesOfHead(form) === 4 ? `dot(${terms.join(' + ')}, vec4f(1f))` : `(${terms.join(' + ')})`;
}

export const named =
  (name: string) =>
  (i: number): string =>
    `${name}${i}`;

/** Adds a multiple of a head to sums. */
export function addScaled(
  form: AttentionForm,
  sum: string,
  factor: string,
  x: (i: number) => string,
): string {
  return unroll(vectorsOfHead(form), (i) => `    ${sum}${i} += ${factor} * ${x(i)};`);
}

/** Puts a head into row `token`, from `column` on. */
export function putHead(
  form: AttentionForm,
  y: ValuesOutput,
  column: string,
  value: (i: number) => string,
): string {
  const lanes = lanesOfHead(form);
  return unroll(
    vectorsOfHead(form),
    (i) => `    ${y.put('token', `${column} + ${i * lanes}u`, value(i), lanes)}`,
  );
}

interface PositionNames {
  readonly positions: ValuesInput | undefined;
  readonly columns: IntegerInput | undefined;
  readonly heads: string;
}

/** Returns the bucket of a query and a key, both tokens of one sequence. */
export function bucketOf({ reach }: RelativeForm, columns: IntegerInput, query: string, key: string): string {
  const distance = `clamp(i32(${query}) - i32(${key}), -${reach}, ${reach})`;
  return `u32(${columns.at(`u32(${distance} + ${reach})`)})`;
}

/** Returns the first column of a head's scores in a row; side 1 is that of the keys, if both sides have scores. */
export const firstBucket = ({ buckets }: RelativeForm, heads: string, side: 0 | 1): string =>
  `(${side === 1 ? `${heads} + ` : ''}head) * ${buckets}u`;

/**
 * Returns the logit of a query and a key from the product of their heads, and the text that must stand before it. The
 * text may use `head`.
 *
 * @param query a token
 * @param key a token of the same sequence
 */
export function logit(
  form: AttentionForm,
  { positions, columns, heads }: PositionNames,
  product: string,
  query: string,
  key: string,
  suffix = '',
): { readonly before: string; readonly value: string } {
  const { relative } = form;
  const scaled = `${product} * ${scaleOf(form)}`;
  if (!relative || !positions || !columns) return { before: '', value: scaled };
  const bucket = `bucket${suffix}`;
  const score = (side: 0 | 1, token: string): string =>
    positions.get(token, `${firstBucket(relative, heads, side)} + ${bucket}`);
  const scores = {
    queries: () => [score(0, query)],
    keys: () => [score(0, key)],
    both: () => [score(0, query), score(1, key)],
  }[relative.sides]();
  return {
    before: `    let ${bucket} = ${bucketOf(relative, columns, query, key)};`,
    value: `(${[scaled, ...scores].join(' + ')})`,
  };
}

/** The initial value of a maximum: lower than any logit except -∞. */
export const lowest: string = f32Literal(-3.4028234663852886e38);

/** Stores the statistics of a row for {@link probability}. */
export function storeStatistics(statistics: ArrayOutput, row: string): string {
  return unroll(2, (i) => `    ${statistics.set(`(${row}) * 2u + ${i}u`, i ? 'log(total)' : 'largest')}`);
}

/** Recomputes a probability from its logit. It subtracts the largest logit first, which is exact. */
export function probability(statistics: ArrayInput, row: string, logit: string): string {
  const at = (i: number): string => statistics.at(`(${row}) * 2u + ${i}u`);
  return `exp((${logit} - ${at(0)}) - ${at(1)})`;
}

export const attentionSizes = [
  'tokens',
  'sequences',
  'heads',
  'hidden',
  'stream',
  'threshold',
  'kept',
] as const;

/** Inputs and outputs of the forward kernels. */
export const forwardNames = {
  name: 'attention',
  inputs: {
    qkv: 'array',
    cuSeqlens: 'integers',
    random: 'random',
    positions: 'optional',
    columns: 'optionalIntegers',
  },
  outputs: { context: 'values', statistics: 'array' },
} as const;

/** Inputs and outputs of the backward kernels. */
export const backwardNames = {
  name: 'attentionGradient',
  inputs: {
    qkv: 'array',
    context: 'array',
    statistics: 'array',
    dContext: 'array',
    cuSeqlens: 'integers',
    random: 'random',
    positions: 'optional',
    columns: 'optionalIntegers',
  },
  outputs: { dQkv: 'values' },
} as const;

type KernelOf<N extends typeof forwardNames | typeof backwardNames> = Kernel<
  N['inputs'],
  N['outputs'],
  (typeof attentionSizes)[number],
  AttentionForm
>;

/** The kernels of a variant. */
export interface AttentionVariant {
  readonly forward: KernelOf<typeof forwardNames>;
  /** Computes all gradients in one dispatch. Half of the work loops over the keys of a query, half over the queries of a key. */
  readonly backward: KernelOf<typeof backwardNames>;
  /** Returns the number of workgroups that cover the tokens. */
  tiles(tokens: number, sequences: number, subgroupSize: number): number;
}

type MaskNames = Readonly<Record<'stream' | 'threshold' | 'kept' | 'random', string>>;

/** Returns the eight dropout bits of the key's block, for the row of a query and head. */
export function maskBits(names: MaskNames, row: string, key: string): string {
  return `dropout8(${row}, ${key} & ~7u, ${names.stream}, ${names.threshold}, ${names.random})`;
}

/** Returns 1/(1-p) if a key is kept, else 0. */
export function maskFactor(names: MaskNames, bits: string, key: string): string {
  return `select(0f, bitcast<f32>(${names.kept}), ((${bits} >> (${key} & 7u)) & 1u) == 1u)`;
}
