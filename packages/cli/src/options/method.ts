import { type Adapter, bottleneck, type Method, type ScalearnVariant, scalearn } from '@scalearn/core';
import { UsageError } from '../errors.ts';
import type { TrainArguments } from './train-options.ts';

const omegaOptions = {
  omegaInitScale: '--omega-init-scale',
  omegaDropout: '--omega-dropout',
  omegaNormalisation: '--omega-normalisation',
  omegaRegularisation: '--omega-regularisation',
} as const;

/**
 * The method's name, `bottleneck` without and `scalearn` with sources.
 *
 * @throws UsageError for options that do not go together
 */
export function chooseMethod(given: TrainArguments): string {
  const { sources, method = sources ? 'scalearn' : 'bottleneck' } = given;
  if (method === 'bottleneck') {
    if (sources)
      throw new UsageError('--sources is for scalearn methods; leave it out, or choose another --method');
    for (const [key, flag] of Object.entries(omegaOptions))
      if (given[key as keyof typeof omegaOptions] !== undefined)
        throw new UsageError(`${flag} is for scalearn methods; leave it out, or give --sources`);
    return method;
  }
  if (!sources) throw new UsageError(`--method ${method} needs --sources: the folders of trained adapters`);
  if (given.reductionFactor !== undefined)
    throw new UsageError('--reduction-factor is for bottleneck; the sources of scalearn have their widths');
  return method;
}

/** The method as the options describe it. */
export function makeMethod(name: string, given: TrainArguments, sources: readonly Adapter[]): Method {
  if (name === 'bottleneck') return bottleneck({ reductionFactor: given.reductionFactor });
  return scalearn({
    sources,
    variant: name as ScalearnVariant,
    initScale: given.omegaInitScale,
    dropout: given.omegaDropout,
    normalisation: given.omegaNormalisation,
    regularisation: given.omegaRegularisation,
  });
}
