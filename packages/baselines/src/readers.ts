import type { MethodReader } from '@scalearn/core';
import { adapterFusionReader } from './adapter-fusion.ts';
import { adapterMReader } from './adapter-m.ts';
import { adapterSoupReader } from './adapter-soup.ts';
import { compacterReader } from './compacter.ts';
import { fullFinetuningReader } from './full-finetuning.ts';
import { fullFinetuningMReader } from './full-finetuning-m.ts';
import { hyperformerReader } from './hyperformer.ts';
import { ia3Reader } from './ia3.ts';
import { probeReader } from './probe.ts';
import { propetlMReader } from './propetl-m.ts';
import { propetlReader } from './propetl-reader.ts';

/** Readers of all methods of this package, for `readSnapshot`. */
export const baselineReaders: readonly MethodReader[] = [
  adapterFusionReader,
  adapterMReader,
  adapterSoupReader,
  compacterReader,
  fullFinetuningReader,
  fullFinetuningMReader,
  hyperformerReader,
  ia3Reader,
  probeReader,
  propetlReader,
  propetlMReader,
];
