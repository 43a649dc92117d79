import { type AdapterSource, ArgumentError, type Method } from '@scalearn/core';
import {
  checkOptionNames,
  defineMethod,
  lorasOf,
  type MethodDefinition,
  type MethodReader,
  sourcesOf,
  sumLoras,
} from '@scalearn/core/methods';
import { combinationReader, combinedSources, shareSettings, sharesOf } from './combination.ts';

export interface LoraAverageOptions {
  /** Trained LoRAs. Ranks and adapted layers may differ. */
  readonly sources: readonly AdapterSource[];
}

/**
 * The uniform average of LoRAs, stage 2: what LoRAs do is averaged, not their matrices. At each linear layer
 *
 * `y = W·x + b + 1/T·Σ_t s_t·B_t·A_t·x`
 *
 * The average is one frozen LoRA of rank Σ r_t. Only the head trains. It is ScaLearn on LoRAs with every ω = 1/T.
 *
 * @throws ArgumentError for no source, and from training for sources that are not LoRAs
 */
export function loraAverage(options: LoraAverageOptions): Method {
  checkOptionNames('loraAverage', options, ['sources']);
  const sources = sourcesOf(options.sources);
  if (sources.length === 0) throw new ArgumentError('an average of LoRAs needs sources');
  const weights = sources.map(() => 1 / sources.length);
  const shares = sharesOf(sources, weights);
  return combinedSources({
    ...{ ...kind, shares },
    settings: () => shareSettings(shares),
    adapterFor: (target) => sumLoras('average', lorasOf(sources, kind.id), weights, target),
  });
}

const kind = { id: 'lora-average', configFile: 'lora_average_config.json', ofLoras: true } as const;

/** Reads the folder of an average: a LoRA's folder with the names and checksums of the sources. */
export const loraAverageReader: MethodReader = combinationReader(kind, shareSettings);

/** The definition of {@link loraAverage} for lists of methods. */
export const loraAverageMethod: MethodDefinition = defineMethod({
  id: kind.id,
  title: 'LoRA average',
  summary: 'the uniform average of LoRA sources; only the head trains',
  kind: 'two-stage',
  reference: {
    paper: 'none of its own; ScaLearn on LoRAs with every ω = 1/T',
    equation: 'y = W·x + b + 1/T·Σₜ sₜBₜAₜ·x',
    file: 'baselines/src/lora-average.ts',
  },
  trains: { what: 'the head alone', where: 'the average of the LoRAs', count: '0' },
  sources: { least: 1, takes: 'LoRAs' },
  options: {},
  make: (sources) => loraAverage({ sources }),
  reader: loraAverageReader,
});
