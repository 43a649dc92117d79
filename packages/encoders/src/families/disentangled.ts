import { concat, headMatmul, relativeBuckets, scale, split, type Tensor } from '@scalearn/core/graph';
import type { AttentionFormOf, EncoderBlocks } from './blocks.ts';
import type { TransformerConfig } from './config.ts';
import type { FamilyCall } from './family.ts';
import type { PostNormNames } from './post-norm.ts';
import { logBucket } from './relative-buckets.ts';
import { linearWeights, normWeights, type WeightSpec, weightSpec } from './weights.ts';

/** The form of disentangled attention. */
export interface DisentangledConfig {
  /** Whether the logits have scores of relative positions. */
  readonly isRelative: boolean;
  /** The scores: of contents and positions (`c2p`), of positions and contents (`p2c`). */
  readonly scores: readonly ('c2p' | 'p2c')[];
  /** Whether the layers' projections of queries and keys also project the relative positions. */
  readonly sharesKeys: boolean;
  /** Number of buckets of distances to each side; 0 if every distance has one. */
  readonly positionBuckets: number;
  /** Distance that has the last bucket. */
  readonly maxRelative: number;
  /** Whether the table of relative positions passes a layer norm. */
  readonly normsRelative: boolean;
}

/** Names of its parts. The projections, which are not there if those of the contents are used, are in each layer. */
export interface DisentangledNames {
  readonly table: string;
  readonly norm: string;
  /** Projects positions that contents attend to. */
  readonly c2p: string;
  /** Projects positions that attend to contents. */
  readonly p2c: string;
}

type Config = TransformerConfig & DisentangledConfig;

/** Returns the weights of all layers besides those of the contents. */
export function disentangledWeights(
  config: Config,
  { layer: layers }: Pick<PostNormNames, 'layer'>,
  names: DisentangledNames,
): WeightSpec[] {
  const { hiddenSize: d, isRelative, scores, sharesKeys } = config;
  const projections = isRelative && !sharesKeys ? scores : [];
  return [
    ...Array.from({ length: config.layers }, (_, layer) =>
      projections.flatMap((part) => linearWeights(`${layers}.${layer}.${names[part]}`, d, d)),
    ).flat(),
    ...(isRelative ? [weightSpec(names.table, [2 * spanOf(config), d])] : []),
    ...(config.normsRelative ? normWeights(names.norm, d) : []),
  ];
}

/** Returns the number of rows of the table of relative positions to each side. */
const spanOf = ({ positionBuckets, maxRelative }: DisentangledConfig): number =>
  positionBuckets || maxRelative;

/** Lists the row of the table for each distance. */
function bucketList(config: Config): Int32Array {
  const { positionBuckets, maxRelative, maxPositions } = config;
  const span = spanOf(config);
  const signed = (distance: number): number =>
    positionBuckets > 0 ? logBucket(distance, positionBuckets, maxRelative) : distance;
  return relativeBuckets(maxPositions, (distance) =>
    Math.max(0, Math.min(2 * span - 1, signed(distance) + span)),
  );
}

/**
 * Disentangled attention (He et al. 2021, arXiv 2006.03654): the logits of contents, of contents and relative positions,
 * and of relative positions and contents, all in one scale. The last two are products with a row of the table for each
 * bucket, `[tokens, heads·buckets]`; attention adds those of a pair's bucket.
 */
export function disentangledAttention(
  config: Config,
  { weight, constant, sites }: FamilyCall,
  { norm, dense, drop }: EncoderBlocks,
  layerNames: PostNormNames,
  names: DisentangledNames,
): AttentionFormOf {
  const { hiddenSize: d, heads, scores, isRelative, sharesKeys, normsRelative } = config;
  const factor = 1 / Math.sqrt((d / heads) * (1 + scores.length));
  const [first] = scores;
  if (!isRelative || first === undefined) return () => ({ scale: factor });
  const sides = scores.length === 2 ? 'both' : first === 'c2p' ? 'queries' : 'keys';
  const table = weight(names.table);
  const positions = normsRelative ? norm(names.norm, table) : table;
  const buckets = constant('relative positions', () => {
    const data = bucketList(config);
    return { data, shape: [data.length] };
  });
  const sideBySide = (parts: Readonly<Record<'c2p' | 'p2c', () => Tensor>>): Tensor =>
    concat(
      scores.map((part) => parts[part]()),
      1,
    );
  const ofContents = (x: Tensor): [query: Tensor, key: Tensor] => split(x, [d, d, d], 1) as [Tensor, Tensor];
  return (qkv, layer) => {
    const dropped = drop(positions, `layer.${layer}/relative`);
    const inLayer = (name: string): string => `${layerNames.layer}.${layer}.${name}`;
    const projected = (): Tensor => {
      if (!sharesKeys)
        return sideBySide({
          c2p: () => dense(inLayer(names.c2p), dropped),
          p2c: () => dense(inLayer(names.p2c), dropped),
        });
      const [query, key] = ofContents(dense(inLayer(layerNames.queryKeyValue), dropped));
      return sideBySide({ c2p: () => sites.attentionKey?.(key, { layer }) ?? key, p2c: () => query });
    };
    const [query, key] = ofContents(qkv);
    const products = headMatmul(
      sideBySide({ c2p: () => query, p2c: () => key }),
      scale(projected(), factor),
      heads * scores.length,
      { transposeB: true },
    );
    return { scale: factor, positions: { scores: products, sides, buckets } };
  };
}
