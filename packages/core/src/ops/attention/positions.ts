import { defineKernel, type Kernel } from '../../graph/kernel.ts';
import { wgsl } from '../../graph/wgsl.ts';
import {
  type AttentionForm,
  attentionSizes,
  backwardNames,
  bucketOf,
  countSides,
  dotHeads,
  firstBucket,
  logit,
  maskBits,
  maskFactor,
  named,
  probability,
  type RelativeForm,
  readHead,
} from './parts.ts';
import { loop, position, workgroup } from './thread.ts';

export interface PositionGradientForm extends AttentionForm {
  readonly relative: RelativeForm;
}

/**
 * The gradient with respect to the scores of relative positions, with one invocation per token, head and side. The
 * distances of a bucket are neighbors, so an invocation adds the slopes of a bucket before it stores them. Buckets that
 * no pair of the sequence has stay zero.
 */
export const positionGradient: Kernel<
  (typeof backwardNames)['inputs'],
  { readonly dPositions: 'array' },
  (typeof attentionSizes)[number],
  PositionGradientForm
> = defineKernel({
  name: 'attentionPositionGradient',
  inputs: backwardNames.inputs,
  outputs: { dPositions: 'array' },
  sizes: attentionSizes,
  workgroup: (_: PositionGradientForm) => workgroup,
  functions: ({ dropped }) => (dropped ? ['dropout8'] : []),
  body: (names, form) => {
    const { cuSeqlens, tokens, sequences } = names;
    const { sides } = form.relative;
    const queries = sumOverKeys(names, form);
    const keys = sumOverQueries(names, form, sides === 'both' ? 1 : 0);
    return wgsl`${position(cuSeqlens, tokens, sequences, form)}
  let column = head * ${form.size}u;
  var total = 0f;
${sides === 'both' ? wgsl`  if (group.z == 0u) {\n${queries}\n  } else {\n${keys}\n  }` : sides === 'queries' ? queries : keys}`;
  },
});

type Names = Parameters<typeof positionGradient.body>[0];

/** Adds the slopes of the keys of a query, by bucket. */
function sumOverKeys(names: Names, form: PositionGradientForm): string {
  const { qkv, context, statistics, dContext, heads, hidden } = names;
  const score = logit(form, names, dotHeads(form, named('q'), named('k')), 'token', 'key');
  return wgsl`  let ownRow = token * 3u * ${hidden} + column;
  let own = token * ${hidden} + column;
${readHead(form, qkv, 'q', 'ownRow')}
${readHead(form, dContext, 'g', 'own')}
${readHead(form, context, 'c', 'own')}
  let mean = ${dotHeads(form, named('g'), named('c'))};
${startBuckets(names, form, 0, 'token', form.window === undefined ? 'begin' : 'low')}
${form.dropped ? '  var bits = 0u; var drawn = 0xffffffffu;' : ''}
  ${loop(form, 'key')} {
    let keyRow = key * 3u * ${hidden} + ${hidden} + column;
    let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
${score.before}
    let p = ${probability(statistics, `token * ${heads} + head`, score.value)};
    var slope = ${dotHeads(form, named('g'), named('v'))};
${
  form.dropped
    ? wgsl`    let at = key - begin;
    if ((at >> 3u) != drawn) { drawn = at >> 3u; bits = ${maskBits(names, `token * ${heads} + head`, 'at')}; }
    slope *= ${maskFactor(names, 'bits', 'at')};`
    : ''
}
${addToBucket(names)}
  }
  ${names.dPositions.set('first + current', 'total')}`;
}

/** Adds the slopes of the queries of a key, by bucket. */
function sumOverQueries(names: Names, form: PositionGradientForm, side: 0 | 1): string {
  const { qkv, context, statistics, dContext, heads, hidden } = names;
  const score = logit(form, names, dotHeads(form, named('q'), named('k')), 'query', 'token');
  return wgsl`  let keyRow = token * 3u * ${hidden} + ${hidden} + column;
  let valueRow = keyRow + ${hidden};
${readHead(form, qkv, 'k', 'keyRow')}
${readHead(form, qkv, 'v', 'valueRow')}
${startBuckets(names, form, side, form.window === undefined ? 'begin' : 'low', 'token')}
  ${loop(form, 'query')} {
    let queryRow = query * 3u * ${hidden} + column;
    let other = query * ${hidden} + column;
${readHead(form, qkv, 'q', 'queryRow')}
${readHead(form, dContext, 'g', 'other')}
${readHead(form, context, 'c', 'other')}
    let mean = ${dotHeads(form, named('g'), named('c'))};
${score.before}
    let p = ${probability(statistics, `query * ${heads} + head`, score.value)};
    var slope = ${dotHeads(form, named('g'), named('v'))};
${
  form.dropped
    ? wgsl`    let at = token - begin;
    let bits = ${maskBits(names, `query * ${heads} + head`, 'at')};
    slope *= ${maskFactor(names, 'bits', 'at')};`
    : ''
}
${addToBucket(names)}
  }
  ${names.dPositions.set('first + current', 'total')}`;
}

/** Declares `first`, where the buckets of this token and head begin, and `current`, the bucket of a pair. */
function startBuckets(
  { columns, heads }: Names,
  { relative }: PositionGradientForm,
  side: 0 | 1,
  query: string,
  key: string,
): string {
  const width = `${heads} * ${relative.buckets * countSides(relative)}u`;
  // The launch always has the list of buckets.
  const bucket = columns ? bucketOf(relative, columns, query, key) : '0u';
  return wgsl`  let first = token * ${width} + ${firstBucket(relative, heads, side)};
  var current = ${bucket};`;
}

/** Adds a slope to the sum of its bucket, or stores the sum and begins the next bucket. */
const addToBucket = ({ dPositions }: Names): string => wgsl`    let dScore = p * (slope - mean);
    if (bucket != current) {
      ${dPositions.set('first + current', 'total')}
      total = 0f;
      current = bucket;
    }
    total += dScore;`;
