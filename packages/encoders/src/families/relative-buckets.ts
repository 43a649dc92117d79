/*
 * Buckets of relative positions, as published encoders define them: near distances have a bucket each, farther ones
 * share buckets whose width grows with the distance. Python computes them in f32, so the logarithms are rounded here, too.
 */

const { fround, log, sign } = Math;

/**
 * The bucket of T5 (Raffel et al. 2020, arXiv 1910.10683) for attention in both directions.
 *
 * @param distance the query's position minus the key's
 * @param most distances from here on share the last bucket
 */
export function t5Bucket(distance: number, buckets: number, most: number): number {
  const half = Math.floor(buckets / 2);
  const exact = Math.floor(half / 2);
  const far = Math.abs(distance);
  const share = fround(fround(log(fround(far / exact))) / fround(log(most / exact)));
  const bucket = far < exact ? far : Math.min(half - 1, exact + Math.trunc(fround(share * (half - exact))));
  return distance < 0 ? half + bucket : bucket;
}

/**
 * The signed bucket of DeBERTa (He et al. 2021, arXiv 2006.03654): distances up to half of the buckets are buckets
 * themselves.
 *
 * @param distance the query's position minus the key's
 * @param most the distance that has the last bucket
 */
export function logBucket(distance: number, buckets: number, most: number): number {
  const exact = Math.floor(buckets / 2);
  const far = Math.abs(distance);
  if (far <= exact) return distance;
  const share = fround(fround(log(fround(far / exact))) / fround(log(fround((most - 1) / exact))));
  return sign(distance) * (Math.ceil(fround(share * (exact - 1))) + exact);
}
