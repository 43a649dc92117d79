export { type AdapterFusionOptions, adapterFusion, adapterFusionReader } from './adapter-fusion.ts';
export { adapterM, adapterMReader } from './adapter-m.ts';
export { type AdapterSoupOptions, adapterSoup, adapterSoupReader } from './adapter-soup.ts';
export { combineLoras } from './combine-loras.ts';
export { type CompacterOptions, compacter, compacterReader } from './compacter.ts';
export { AdapterFeatures, type FeatureOptions } from './features.ts';
export { fullFinetuning, fullFinetuningReader } from './full-finetuning.ts';
export { fullFinetuningM, fullFinetuningMReader } from './full-finetuning-m.ts';
export {
  type HyperformerOptions,
  type HyperformerVariant,
  hyperformer,
  hyperformerReader,
  hyperformerVariants,
} from './hyperformer.ts';
export { ia3, ia3Reader } from './ia3.ts';
export { type LoraAverageOptions, loraAverage, loraAverageReader } from './lora-average.ts';
export { type LorahubOptions, lorahub, lorahubReader } from './lorahub.ts';
export { type LorahubSearchOptions, lorahubWeights } from './lorahub-search.ts';
export { mergeIntoEncoder } from './merge-into-encoder.ts';
export { baselineMethods, baselineReaders } from './methods.ts';
export { type ProbeOptions, probe, probeReader } from './probe.ts';
export { propetl } from './propetl.ts';
export { type PropetlMOptions, propetlM, propetlMReader } from './propetl-m.ts';
export type { PropetlOptions } from './propetl-parameters.ts';
export { propetlReader } from './propetl-reader.ts';
export { type SentenceEmbeddingOptions, sentenceEmbeddings } from './sentence-embeddings.ts';
export {
  type SoupRows,
  type SoupRowsOptions,
  type SoupSampling,
  type SoupTask,
  soupRows,
} from './soup-rows.ts';
export { soupSimilarities } from './soup-similarities.ts';
export { averageAdapters, soupWeights, textSimilarity } from './soup-weights.ts';
