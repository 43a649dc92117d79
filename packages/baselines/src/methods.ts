import type { MethodDefinition, MethodReader } from '@scalearn/core/methods';
import { adapterFusionMethod } from './adapter-fusion.ts';
import { adapterMMethod } from './adapter-m.ts';
import { adapterSoupMethod } from './adapter-soup.ts';
import { compacterMethod } from './compacter.ts';
import { fullFinetuningMethod } from './full-finetuning.ts';
import { fullFinetuningMMethod } from './full-finetuning-m.ts';
import { hyperformerMethods } from './hyperformer.ts';
import { ia3Method } from './ia3.ts';
import { loraAverageMethod } from './lora-average.ts';
import { lorahubMethod } from './lorahub.ts';
import { probeMethod } from './probe.ts';
import { propetlMMethod } from './propetl-m.ts';
import { propetlMethod } from './propetl-reader.ts';

/** The methods of this package. */
export const baselineMethods: readonly MethodDefinition[] = [
  fullFinetuningMethod,
  compacterMethod,
  propetlMethod,
  ia3Method,
  adapterFusionMethod,
  adapterSoupMethod,
  loraAverageMethod,
  lorahubMethod,
  fullFinetuningMMethod,
  adapterMMethod,
  propetlMMethod,
  ...hyperformerMethods,
  probeMethod,
];

/** Readers of all methods of this package, for `readSnapshot`. */
export const baselineReaders: readonly MethodReader[] = [
  ...new Set(baselineMethods.flatMap(({ reader }) => reader ?? [])),
];
