import { defineKernel, type IntegerInput } from '../../graph/kernel.ts';
import { unroll, wgsl } from '../../graph/wgsl.ts';
import { findSequence } from '../select-first.ts';
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

export const workgroup = 64;

/** Declares `token`, `head`, and the bounds of the tokens of its sequence, or of those in its window. */
export function position(
  cuSeqlens: IntegerInput,
  tokens: string,
  sequences: string,
  { window }: Pick<AttentionForm, 'window'>,
): string {
  return wgsl`
  let token = group.x * ${workgroup}u + local;
  let head = group.y;
  if (token >= ${tokens}) { return; }
${findSequence(cuSeqlens, sequences, 'token')}
  let begin = u32(${cuSeqlens.at('sequence')});
  let end = u32(${cuSeqlens.at('sequence + 1u')});
${
  window === undefined
    ? ''
    : wgsl`  let low = max(begin + ${window}u, token) - ${window}u;
  let high = min(end, token + ${window + 1}u);`
}`;
}

/** Returns a loop over the tokens that a token attends to, or over those that attend to it. */
export const loop = ({ window }: AttentionForm, name: string): string =>
  window === undefined
    ? `for (var ${name} = begin; ${name} < end; ${name}++)`
    : `for (var ${name} = low; ${name} < high; ${name}++)`;

/** Returns whether the dropout bits of a key must be drawn: at the first of eight keys, and at the first key. */
const drawsBits = ({ window }: AttentionForm): string =>
  `(at & 7u) == 0u${window === undefined ? '' : ' || key == low'}`;

const forward = defineKernel({
  ...forwardNames,
  sizes: attentionSizes,
  workgroup: (_: AttentionForm) => workgroup,
  functions: ({ dropped }) => (dropped ? ['dropout8'] : []),
  body: (names, form) => {
    const { qkv, cuSeqlens, context, statistics, tokens, sequences, heads, hidden } = names;
    const score = logit(form, names, dotHeads(form, named('q'), named('k')), 'token', 'key');
    return wgsl`${position(cuSeqlens, tokens, sequences, form)}
  let column = head * ${form.size}u;
  let queryRow = token * 3u * ${hidden} + column;
${readHead(form, qkv, 'q', 'queryRow')}
${zeroHead(form, 'sum')}
  var largest = ${lowest};
  var total = 0f;
${form.dropped ? '  var bits = 0u;' : ''}
  ${loop(form, 'key')} {
    let keyRow = key * 3u * ${hidden} + ${hidden} + column;
    let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
${score.before}
    let score = ${score.value};
    let next = max(largest, score);
    let shrink = exp(largest - next);
    let p = exp(score - next);
    largest = next;
    total = total * shrink + p;
${
  form.dropped
    ? wgsl`    let at = key - begin;
    if (${drawsBits(form)}) { bits = ${maskBits(names, `token * ${heads} + head`, 'at')}; }
    let weight = p * ${maskFactor(names, 'bits', 'at')};`
    : '    let weight = p;'
}
${unroll(vectorsOfHead(form), (i) => `    sum${i} = sum${i} * shrink + weight * v${i};`)}
  }
${putHead(form, context, 'column', (i) => `sum${i} / total`)}
  ${storeStatistics(statistics, `token * ${heads} + head`)}`;
  },
});

const backward = defineKernel({
  ...backwardNames,
  sizes: attentionSizes,
  workgroup: (_: AttentionForm) => workgroup,
  functions: ({ dropped }) => (dropped ? ['dropout8'] : []),
  body: (names, form) => {
    const { qkv, context, statistics, dContext, cuSeqlens, dQkv, tokens, sequences, heads, hidden } = names;
    const product = dotHeads(form, named('q'), named('k'));
    const ofKey = logit(form, names, product, 'token', 'key');
    const ofQuery = logit(form, names, product, 'query', 'token');
    return wgsl`${position(cuSeqlens, tokens, sequences, form)}
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
    ${loop(form, 'key')} {
      let keyRow = key * 3u * ${hidden} + ${hidden} + column;
      let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
${ofKey.before}
      let p = ${probability(statistics, `token * ${heads} + head`, ofKey.value)};
      var slope = ${dotHeads(form, named('g'), named('v'))};
${
  form.dropped
    ? wgsl`      let at = key - begin;
      if (${drawsBits(form)}) { bits = ${maskBits(names, `token * ${heads} + head`, 'at')}; }
      slope *= ${maskFactor(names, 'bits', 'at')};`
    : ''
}
      let dScore = p * (slope - mean) * ${scaleOf(form)};
${addScaled(form, 'dq', 'dScore', named('k'))}
    }
${putHead(form, dQkv, 'column', named('dq'))}
  } else {
    let keyRow = ownRow + ${hidden};
    let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
${zeroHead(form, 'dk')}
${zeroHead(form, 'dv')}
    ${loop(form, 'query')} {
      let queryRow = query * 3u * ${hidden} + column;
      let other = query * ${hidden} + column;
${readHead(form, qkv, 'q', 'queryRow')}
${readHead(form, dContext, 'g', 'other')}
${readHead(form, context, 'c', 'other')}
      let mean = ${dotHeads(form, named('g'), named('c'))};
${ofQuery.before}
      let p = ${probability(statistics, `query * ${heads} + head`, ofQuery.value)};
      var slope = ${dotHeads(form, named('g'), named('v'))};
      var weight = p;
${
  form.dropped
    ? wgsl`      let at = token - begin;
      let bits = ${maskBits(names, `query * ${heads} + head`, 'at')};
      let factor = ${maskFactor(names, 'bits', 'at')};
      slope *= factor;
      weight *= factor;`
    : ''
}
      let dScore = p * (slope - mean) * ${scaleOf(form)};
${addScaled(form, 'dk', 'dScore', named('q'))}
${addScaled(form, 'dv', 'weight', named('g'))}
    }
${putHead(form, dQkv, `${hidden} + column`, named('dk'))}
${putHead(form, dQkv, `2u * ${hidden} + column`, named('dv'))}
  }`;
  },
});

/** Attention with one invocation per query and head, and a running maximum and sum over the keys. */
export const threadAttention: AttentionVariant = {
  forward,
  backward,
  tiles: (tokens) => Math.ceil(tokens / workgroup),
};
