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
 * sequence. `valid` is false beyond the end. Groups beyond the last tile return here.
 */
function position(cuSeqlens: IntegerInput, sequences: string, subgroupSize: number): string {
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
  let head = group.y;`;
}

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
    return wgsl`${position(cuSeqlens, sequences, form.subgroupSize)}
  let column = head * ${form.size}u;
  let queryRow = token * 3u * ${hidden} + column;
${readHead(form, qkv, 'q', 'queryRow')}
${zeroHead(form, 'sum')}
  var largest = ${lowest};
  var total = 0f;
${form.dropped ? '  var bits = 0u;' : ''}
  for (var first = begin; first < end; first += ${chunk}u) {
${unroll(
  chunk,
  (j) => wgsl`    let keyRow${j} = min(first + ${j}u, end - 1u) * 3u * ${hidden} + ${hidden} + column;
    let valueRow${j} = keyRow${j} + ${hidden};
${shareHead(form, qkv, `k${j}`, `keyRow${j}`)}
${shareHead(form, qkv, `v${j}`, `valueRow${j}`)}
    let dot${j} = ${dotHeads(form, named('q'), shared(form, `k${j}`))};
    let inside${j} = first + ${j}u < end;
    let score${j} = select(${lowest}, dot${j} * ${scaleOf(form)}, inside${j});`,
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
    // Eight invocations share the mask's block of eight keys, so each of them draws it for a different query.
    const queries = Math.min(8, form.subgroupSize);
    const meanParts = Array.from({ length: Math.ceil(vectors / form.subgroupSize) }, (_, part) => {
      const inside = `lane + ${part * form.subgroupSize}u < ${vectors}u`;
      return `select(0f, dot(g_${part}, c_${part}), ${inside})`;
    });
    return wgsl`${position(cuSeqlens, sequences, form.subgroupSize)}
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
    for (var key = begin; key < end; key++) {
      let keyRow = key * 3u * ${hidden} + ${hidden} + column;
      let valueRow = keyRow + ${hidden};
${shareHead(form, qkv, 'k', 'keyRow')}
${shareHead(form, qkv, 'v', 'valueRow')}
${unroll(vectors, (i) => `      let k${i} = ${shared(form, 'k')(i)};`)}
      let p = ${probability(statistics, `token * ${heads} + head`, `${dotHeads(form, named('q'), named('k'))} * ${scaleOf(form)}`)};
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
    for (var first = begin; first < end; first += ${queries}u) {
${
  form.dropped
    ? wgsl`      let drawn = min(first + (lane & ${queries - 1}u), end - 1u);
      let mine = ${maskBits(names, `drawn * ${heads} + head`, 'place')};`
    : ''
}
      let last = min(first + ${queries}u, end);
      for (var query = first; query < last; query++) {
        let queryRow = query * 3u * ${hidden} + column;
        let other = query * ${hidden} + column;
${shareHead(form, qkv, 'q', 'queryRow')}
${shareHead(form, dContext, 'g', 'other')}
${shareHead(form, context, 'c', 'other')}
        let mean = subgroupAdd(${meanParts.join(' + ')});
${unroll(vectors, (i) => `        let q${i} = ${shared(form, 'q')(i)};`)}
${unroll(vectors, (i) => `        let g${i} = ${shared(form, 'g')(i)};`)}
        let p = ${probability(statistics, `query * ${heads} + head`, `${dotHeads(form, named('q'), named('k'))} * ${scaleOf(form)}`)};
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
