import { type ArrayInput, defineKernel, type IntegerInput } from '../../graph/kernel.ts';
import { unroll, wgsl } from '../../graph/wgsl.ts';
import {
  type AttentionForm,
  type AttentionVariant,
  addScaled,
  attentionSizes,
  backwardNames,
  dotHeads,
  forwardNames,
  logit,
  lowest,
  maskBits,
  maskFactor,
  named,
  probability,
  putHead,
  readHead,
  scaleOf,
  storeStatistics,
  vectorsOfHead,
  zeroHead,
} from './parts.ts';

/** Number of keys that the forward kernel processes together, with one rescaling of the sums. */
const chunk = 4;

/**
 * Declares `begin`, `end`, and `token`, the token of this invocation. The tokens of a subgroup are neighbors in one
 * sequence. `valid` is false beyond the end. Groups beyond the last tile return here. With a window, it also declares
 * `low` and `high`, the bounds of the windows of all tokens of the subgroup; `low` is a multiple of eight after
 * `begin`.
 */
function position(
  cuSeqlens: IntegerInput,
  sequences: string,
  { subgroupSize, window }: AttentionForm,
): string {
  return wgsl`
  var sequence = 0u;
  var block = group.x;
  for (; sequence < ${sequences}; sequence++) {
    let length = u32(${cuSeqlens.at('sequence + 1u')} - ${cuSeqlens.at('sequence')});
    let blocks = (length + ${subgroupSize - 1}u) / ${subgroupSize}u;
    if (block < blocks) { break; }
    block -= blocks;
  }
  if (sequence >= ${sequences}) { return; }
  let begin = u32(${cuSeqlens.at('sequence')});
  let end = u32(${cuSeqlens.at('sequence + 1u')});
  let place = block * ${subgroupSize}u + lane;
  let valid = begin + place < end;
  let token = min(begin + place, end - 1u);
  let head = group.y;
${
  window === undefined
    ? ''
    : wgsl`  let tileBegin = block * ${subgroupSize}u;
  let low = begin + ((max(tileBegin, ${window}u) - ${window}u) & ~7u);
  let high = min(end, begin + tileBegin + ${subgroupSize + window}u);`
}`;
}

/** Bounds of the loop over the tokens that the subgroup's tokens attend to, or that attend to them. */
const bounds = ({ window }: AttentionForm): { readonly from: string; readonly until: string } =>
  window === undefined ? { from: 'begin', until: 'end' } : { from: 'low', until: 'high' };

/** Returns a probability that is zero outside of the window of this invocation's token. */
const inWindow = ({ window }: AttentionForm, p: string, other: string): string =>
  window === undefined ? p : `select(0f, ${p}, ${isNear(window, other)})`;

const isNear = (window: number, other: string): string =>
  `max(token, ${other}) - min(token, ${other}) <= ${window}u`;

/** Declares this invocation's part `name_0`, … of a head that the whole subgroup shares. */
function shareHead(form: AttentionForm, source: ArrayInput, name: string, begin: string): string {
  const vectors = vectorsOfHead(form);
  return unroll(Math.ceil(vectors / form.subgroupSize), (part) => {
    const index = `min(lane + ${part * form.subgroupSize}u, ${vectors - 1}u)`;
    return `    let ${name}_${part} = ${source.at4(`(${begin} >> 2u) + ${index}`)};`;
  });
}

/** Returns a vector of a shared head. */
const shared =
  ({ subgroupSize }: AttentionForm, name: string) =>
  (i: number): string =>
    `subgroupBroadcast(${name}_${Math.floor(i / subgroupSize)}, ${i % subgroupSize}u)`;

const forward = defineKernel({
  ...forwardNames,
  sizes: attentionSizes,
  workgroup: ({ subgroupSize }: AttentionForm) => subgroupSize,
  subgroups: () => true,
  functions: ({ dropped }) => (dropped ? ['dropout8'] : []),
  body: (names, form) => {
    const { qkv, cuSeqlens, context, statistics, sequences, heads, hidden } = names;
    const scores = Array.from({ length: chunk }, (_, j) => `score${j}`);
    const { from, until } = bounds(form);
    const score = (j: number) =>
      logit(form, names, `dot${j}`, 'token', `min(first + ${j}u, end - 1u)`, String(j));
    const near = (j: number): string =>
      form.window === undefined ? '' : ` && ${isNear(form.window, `(first + ${j}u)`)}`;
    return wgsl`${position(cuSeqlens, sequences, form)}
  let column = head * ${form.size}u;
  let queryRow = token * 3u * ${hidden} + column;
${readHead(form, qkv, 'q', 'queryRow')}
${zeroHead(form, 'sum')}
  var largest = ${lowest};
  var total = 0f;
${form.dropped ? '  var bits = 0u;' : ''}
  for (var first = ${from}; first < ${until}; first += ${chunk}u) {
${unroll(
  chunk,
  (j) => wgsl`    let keyRow${j} = min(first + ${j}u, end - 1u) * 3u * ${hidden} + ${hidden} + column;
    let valueRow${j} = keyRow${j} + ${hidden};
${shareHead(form, qkv, `k${j}`, `keyRow${j}`)}
${shareHead(form, qkv, `v${j}`, `valueRow${j}`)}
    let dot${j} = ${dotHeads(form, named('q'), shared(form, `k${j}`))};
    let inside${j} = first + ${j}u < end${near(j)};
${score(j).before}
    let score${j} = select(${lowest}, ${score(j).value}, inside${j});`,
)}
    let next = ${scores.reduce((a, b) => `max(${a}, ${b})`, 'largest')};
    let shrink = exp(largest - next);
    largest = next;
${unroll(chunk, (j) => `    let p${j} = select(0f, exp(score${j} - next), inside${j});`)}
    total = total * shrink + (${unroll(chunk, (j) => `p${j}`).replaceAll('\n', ' + ')});
${
  form.dropped
    ? wgsl`    let at = first - begin;
    if ((at & 7u) == 0u) { bits = ${maskBits(names, `token * ${heads} + head`, 'at')}; }
${unroll(chunk, (j) => `    let w${j} = p${j} * ${maskFactor(names, 'bits', `(at + ${j}u)`)};`)}`
    : unroll(chunk, (j) => `    let w${j} = p${j};`)
}
${unroll(vectorsOfHead(form), (i) => {
  const terms = Array.from({ length: chunk }, (_, j) => `w${j} * ${shared(form, `v${j}`)(i)}`);
  return `    sum${i} = sum${i} * shrink + (${terms.join(' + ')});`;
})}
  }
  if (valid) {
${putHead(form, context, 'column', (i) => `sum${i} / total`)}
    ${storeStatistics(statistics, `token * ${heads} + head`)}
  }`;
  },
});

const backward = defineKernel({
  ...backwardNames,
  sizes: attentionSizes,
  workgroup: ({ subgroupSize }: AttentionForm) => subgroupSize,
  subgroups: () => true,
  functions: ({ dropped }) => (dropped ? ['dropout8'] : []),
  body: (names, form) => {
    const { qkv, context, statistics, dContext, cuSeqlens, dQkv, sequences, heads, hidden } = names;
    const vectors = vectorsOfHead(form);
    const { from, until } = bounds(form);
    const product = dotHeads(form, named('q'), named('k'));
    const ofKey = logit(form, names, product, 'token', 'key');
    const ofQuery = logit(form, names, product, 'query', 'token');
    // Eight invocations share the mask's block of eight keys, so each of them draws it for a different query.
    const queries = Math.min(8, form.subgroupSize);
    const meanParts = Array.from({ length: Math.ceil(vectors / form.subgroupSize) }, (_, part) => {
      const inside = `lane + ${part * form.subgroupSize}u < ${vectors}u`;
      return `select(0f, dot(g_${part}, c_${part}), ${inside})`;
    });
    return wgsl`${position(cuSeqlens, sequences, form)}
  let column = head * ${form.size}u;
  let ownRow = token * 3u * ${hidden} + column;
  if (group.z == 0u) {
    let own = token * ${hidden} + column;
${readHead(form, qkv, 'q', 'ownRow')}
${readHead(form, dContext, 'g', 'own')}
${readHead(form, context, 'c', 'own')}
    let mean = ${dotHeads(form, named('g'), named('c'))};
${zeroHead(form, 'dq')}
${form.dropped ? '    var bits = 0u;' : ''}
    for (var key = ${from}; key < ${until}; key++) {
      let keyRow = key * 3u * ${hidden} + ${hidden} + column;
      let valueRow = keyRow + ${hidden};
${shareHead(form, qkv, 'k', 'keyRow')}
${shareHead(form, qkv, 'v', 'valueRow')}
${unroll(vectors, (i) => `      let k${i} = ${shared(form, 'k')(i)};`)}
${ofKey.before}
      let p = ${inWindow(form, probability(statistics, `token * ${heads} + head`, ofKey.value), 'key')};
      var slope = ${dotHeads(form, named('g'), shared(form, 'v'))};
${
  form.dropped
    ? wgsl`      let at = key - begin;
      if ((at & 7u) == 0u) { bits = ${maskBits(names, `token * ${heads} + head`, 'at')}; }
      slope *= ${maskFactor(names, 'bits', 'at')};`
    : ''
}
      let dScore = p * (slope - mean) * ${scaleOf(form)};
${addScaled(form, 'dq', 'dScore', named('k'))}
    }
    if (valid) {
${putHead(form, dQkv, 'column', named('dq'))}
    }
  } else {
    let keyRow = ownRow + ${hidden};
    let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
${zeroHead(form, 'dk')}
${zeroHead(form, 'dv')}
    for (var first = ${from}; first < ${until}; first += ${queries}u) {
${
  form.dropped
    ? wgsl`      let drawn = min(first + (lane & ${queries - 1}u), end - 1u);
      let mine = ${maskBits(names, `drawn * ${heads} + head`, 'place')};`
    : ''
}
      let last = min(first + ${queries}u, ${until});
      for (var query = first; query < last; query++) {
        let queryRow = query * 3u * ${hidden} + column;
        let other = query * ${hidden} + column;
${shareHead(form, qkv, 'q', 'queryRow')}
${shareHead(form, dContext, 'g', 'other')}
${shareHead(form, context, 'c', 'other')}
        let mean = subgroupAdd(${meanParts.join(' + ')});
${unroll(vectors, (i) => `        let q${i} = ${shared(form, 'q')(i)};`)}
${unroll(vectors, (i) => `        let g${i} = ${shared(form, 'g')(i)};`)}
${ofQuery.before}
        let p = ${inWindow(form, probability(statistics, `query * ${heads} + head`, ofQuery.value), 'query')};
        var slope = ${dotHeads(form, named('g'), named('v'))};
        var weight = p;
${
  form.dropped
    ? wgsl`        let bits = subgroupShuffle(mine, query - first + (lane & ~7u));
        let factor = ${maskFactor(names, 'bits', 'place')};
        slope *= factor;
        weight *= factor;`
    : ''
}
        let dScore = p * (slope - mean) * ${scaleOf(form)};
${addScaled(form, 'dk', 'dScore', named('q'))}
${addScaled(form, 'dv', 'weight', named('g'))}
      }
    }
    if (valid) {
${putHead(form, dQkv, `${hidden} + column`, named('dk'))}
${putHead(form, dQkv, `2u * ${hidden} + column`, named('dv'))}
    }
  }`;
  },
});

/**
 * Attention in which a subgroup works on neighbors of one sequence. Each invocation reads a part of shared data, such
 * as a key, and gets the rest by broadcast. The size of a head must be a multiple of four.
 */
export const subgroupAttention: AttentionVariant = {
  forward,
  backward,
  // A tile belongs to one sequence, so at most one per sequence is not full.
  tiles: (tokens, sequences, subgroupSize) => Math.floor(tokens / subgroupSize) + sequences,
};
