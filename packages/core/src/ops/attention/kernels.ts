import {
  type ArrayInput,
  constantSize,
  defineKernel,
  elements,
  type Groups,
  type IntegerInput,
  type Lanes,
  type Launch,
  launch,
  type Size,
} from '../../graph/kernel.ts';
import type { DimValues } from '../../graph/shape.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { f32Literal, unroll, wgsl } from '../../graph/wgsl.ts';
import { dropoutThreshold } from '../../random/dropout-mask.ts';
import { findSequence } from '../select-first.ts';

/** What the text of the attention kernels depends on. */
interface AttentionForm {
  /** Elements of a head. */
  readonly size: number;
  readonly dropped: boolean;
}

interface AttentionUse {
  readonly heads: number;
  readonly probability: number;
  readonly stream: number;
}

const workgroup = 64;
const lanesFor = ({ size }: AttentionForm): Lanes => (size % 4 === 0 ? 4 : 1);
const countFor = (form: AttentionForm): number => form.size / lanesFor(form);
const typeFor = (form: AttentionForm): string => (lanesFor(form) === 4 ? 'vec4f' : 'f32');
const sizes = ['tokens', 'sequences', 'heads', 'hidden', 'stream', 'threshold', 'kept'] as const;

/** Declares the vectors `name0`, `name1`, … of one head of one row that begins at `begin`. */
function readHead(form: AttentionForm, source: ArrayInput, name: string, begin: string): string {
  return unroll(countFor(form), (i) =>
    lanesFor(form) === 4
      ? `    let ${name}${i} = ${source.at4(`(${begin} >> 2u) + ${i}u`)};`
      : `    let ${name}${i} = ${source.at(`${begin} + ${i}u`)};`,
  );
}

const zeros = (form: AttentionForm, name: string): string =>
  unroll(countFor(form), (i) => `  var ${name}${i} = ${typeFor(form)}();`);

/** The dot product of two heads, with one accumulator per lane. */
function dot(form: AttentionForm, x: string, y: string): string {
  const terms = Array.from({ length: countFor(form) }, (_, i) => `${x}${i} * ${y}${i}`);
  return lanesFor(form) === 4 ? `dot(${terms.join(' + ')}, vec4f(1f))` : terms.join(' + ');
}

const addScaled = (form: AttentionForm, sum: string, factor: string, x: string): string =>
  unroll(countFor(form), (i) => `    ${sum}${i} += ${factor} * ${x}${i};`);

/** Declares `token`, `head`, and the bounds of the token's sequence. */
function position(cuSeqlens: IntegerInput, tokens: string, sequences: string): string {
  return wgsl`
  let token = group.x * ${workgroup}u + local;
  let head = group.y;
  if (token >= ${tokens}) { return; }
${findSequence(cuSeqlens, sequences, 'token')}
  let begin = u32(${cuSeqlens.at('sequence')});
  let end = u32(${cuSeqlens.at('sequence + 1u')});`;
}

type Names = Readonly<Record<(typeof sizes)[number], string>> & { readonly random: string };

/** WGSL for 1/(1-p) where the pair is kept and 0 where it is dropped, from eight bits of a row of the mask. */
const keptOf = (names: Names, column: string): string =>
  `select(0f, bitcast<f32>(${names.kept}), ((bits >> (${column} & 7u)) & 1u) == 1u)`;
const bitsOf = (names: Names, row: string, column: string): string =>
  `dropout8(${row}, ${column} & ~7u, ${names.stream}, ${names.threshold}, ${names.random})`;

/** One invocation per query and head, with a running maximum and sum over the keys. */
const attentionKernel = defineKernel({
  name: 'attention',
  inputs: { qkv: 'array', cuSeqlens: 'integers', random: 'random' },
  outputs: { context: 'values', logSum: 'array' },
  sizes,
  workgroup: (_: AttentionForm) => workgroup,
  functions: ({ dropped }) => (dropped ? ['dropout8'] : []),
  body: (names, form) => {
    const { qkv, cuSeqlens, context, logSum, tokens, sequences, heads, hidden } = names;
    const lanes = lanesFor(form);
    return wgsl`${position(cuSeqlens, tokens, sequences)}
  let column = head * ${form.size}u;
  let queryRow = token * 3u * ${hidden} + column;
${readHead(form, qkv, 'q', 'queryRow')}
${zeros(form, 'sum')}
  var largest = -1e30f;
  var total = 0f;
${form.dropped ? '  var bits = 0u;' : ''}
  for (var key = begin; key < end; key++) {
    let keyRow = key * 3u * ${hidden} + ${hidden} + column;
${readHead(form, qkv, 'k', 'keyRow')}
    let score = (${dot(form, 'q', 'k')}) * ${f32Literal(1 / Math.sqrt(form.size))};
    let next = max(largest, score);
    let shrink = exp(largest - next);
    let p = exp(score - next);
    largest = next;
    total = total * shrink + p;
${
  form.dropped
    ? wgsl`    let at = key - begin;
    if ((at & 7u) == 0u) { bits = ${bitsOf(names, `token * ${heads} + head`, 'at')}; }
    let weight = p * ${keptOf(names, 'at')};`
    : '    let weight = p;'
}
    let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'v', 'valueRow')}
${unroll(countFor(form), (i) => `    sum${i} = sum${i} * shrink + weight * v${i};`)}
  }
${unroll(countFor(form), (i) => `  ${context.put('token', `column + ${i * lanes}u`, `sum${i} / total`, lanes)}`)}
  ${logSum.set(`token * ${heads} + head`, 'largest + log(total)')}`;
  },
});

/**
 * The gradients by query, key and value in one dispatch: half of the invocations go through the keys of a query, half
 * through the queries of a key. Probabilities come back from the logarithms of the sums.
 */
const attentionGradientKernel = defineKernel({
  name: 'attentionGradient',
  inputs: {
    qkv: 'array',
    context: 'array',
    logSum: 'array',
    dContext: 'array',
    cuSeqlens: 'integers',
    random: 'random',
  },
  outputs: { dQkv: 'values' },
  sizes,
  workgroup: (_: AttentionForm) => workgroup,
  functions: ({ dropped }) => (dropped ? ['dropout8'] : []),
  body: (names, form) => {
    const { qkv, context, logSum, dContext, cuSeqlens, dQkv, tokens, sequences, heads, hidden } = names;
    const lanes = lanesFor(form);
    const scale = f32Literal(1 / Math.sqrt(form.size));
    const put = (part: string, sum: string): string =>
      unroll(
        countFor(form),
        (i) => `    ${dQkv.put('token', `${part}column + ${i * lanes}u`, `${sum}${i}`, lanes)}`,
      );
    return wgsl`${position(cuSeqlens, tokens, sequences)}
  let column = head * ${form.size}u;
  let ownRow = token * 3u * ${hidden} + column;
${form.dropped ? '  var bits = 0u;' : ''}
  if (group.z == 0u) {
    let own = token * ${hidden} + column;
${readHead(form, qkv, 'q', 'ownRow')}
${readHead(form, dContext, 'g', 'own')}
${readHead(form, context, 'c', 'own')}
    let mean = ${dot(form, 'g', 'c')};
    let logTotal = ${logSum.at(`token * ${heads} + head`)};
${zeros(form, 'dq')}
    for (var key = begin; key < end; key++) {
      let keyRow = key * 3u * ${hidden} + ${hidden} + column;
      let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
      let p = exp((${dot(form, 'q', 'k')}) * ${scale} - logTotal);
${
  form.dropped
    ? wgsl`      let at = key - begin;
      if ((at & 7u) == 0u) { bits = ${bitsOf(names, `token * ${heads} + head`, 'at')}; }
      let slope = (${dot(form, 'g', 'v')}) * ${keptOf(names, 'at')};`
    : `      let slope = ${dot(form, 'g', 'v')};`
}
      let dScore = p * (slope - mean) * ${scale};
${addScaled(form, 'dq', 'dScore', 'k')}
    }
${put('', 'dq')}
  } else {
    let keyRow = ownRow + ${hidden};
    let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
${zeros(form, 'dk')}
${zeros(form, 'dv')}
    for (var query = begin; query < end; query++) {
      let queryRow = query * 3u * ${hidden} + column;
      let other = query * ${hidden} + column;
${readHead(form, qkv, 'q', 'queryRow')}
${readHead(form, dContext, 'g', 'other')}
${readHead(form, context, 'c', 'other')}
      let p = exp((${dot(form, 'q', 'k')}) * ${scale} - ${logSum.at(`query * ${heads} + head`)});
${
  form.dropped
    ? wgsl`      let at = token - begin;
      bits = ${bitsOf(names, `query * ${heads} + head`, 'at')};
      let factor = ${keptOf(names, 'at')};
      let weight = p * factor;
      let slope = (${dot(form, 'g', 'v')}) * factor;`
    : `      let weight = p;
      let slope = ${dot(form, 'g', 'v')};`
}
      let dScore = p * (slope - (${dot(form, 'g', 'c')})) * ${scale};
${addScaled(form, 'dk', 'dScore', 'q')}
${addScaled(form, 'dv', 'weight', 'g')}
    }
${put(`${hidden} + `, 'dk')}
${put(`2u * ${hidden} + `, 'dv')}
  }`;
  },
});

function common(
  qkv: Tensor,
  cuSeqlens: Tensor,
  { heads, probability, stream }: AttentionUse,
  roles: number,
): {
  sizes: Record<(typeof sizes)[number], Size>;
  constants: AttentionForm;
  groups: (dims: DimValues) => Groups;
} {
  const [rows, width] = qkv.shape as [number, number];
  const tokens = elements([rows]);
  const boundaries = elements(cuSeqlens.shape);
  const kept = new Uint32Array(Float32Array.of(1 / (1 - probability)).buffer)[0] as number;
  return {
    sizes: {
      tokens,
      sequences: (dims) => boundaries(dims) - 1,
      heads: constantSize(heads),
      hidden: constantSize(width / 3),
      stream: constantSize(stream),
      threshold: constantSize(dropoutThreshold(probability)),
      kept: constantSize(kept),
    },
    constants: { size: width / 3 / heads, dropped: probability > 0 },
    groups: (dims) => [Math.ceil(tokens(dims) / workgroup), heads, roles],
  };
}

export function launchAttention(
  inputs: readonly (Tensor | undefined)[],
  outputs: readonly Tensor[],
  use: AttentionUse,
): Launch[] {
  const [qkv, cuSeqlens, random] = inputs as [Tensor, Tensor, Tensor | undefined];
  const [context, logSum] = outputs as [Tensor, Tensor];
  return [
    launch(attentionKernel, {
      inputs: { qkv, cuSeqlens, random },
      outputs: { context, logSum },
      ...common(qkv, cuSeqlens, use, 1),
    }),
  ];
}

export function launchAttentionGradient(
  inputs: readonly (Tensor | undefined)[],
  dQkv: Tensor,
  use: AttentionUse,
): Launch[] {
  const [qkv, context, logSum, dContext, cuSeqlens, random] = inputs as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor | undefined,
  ];
  return [
    launch(attentionGradientKernel, {
      inputs: { qkv, context, logSum, dContext, cuSeqlens, random },
      outputs: { dQkv },
      ...common(qkv, cuSeqlens, use, 2),
    }),
  ];
}
