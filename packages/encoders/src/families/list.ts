import { shown } from '@scalearn/core/files';
import { EncoderConfigError } from '../errors.ts';
import { bert } from './bert.ts';
import { debertaV2 } from './deberta-v2.ts';
import { distilbert } from './distilbert.ts';
import { electra } from './electra.ts';
import type { EncoderFamily } from './family.ts';
import { modernbert } from './modernbert.ts';
import { mpnet } from './mpnet.ts';
import { roberta, xlmRoberta } from './roberta.ts';

/** The built-in families of encoders. Functions that open encoders accept others as well. */
export const encoderFamilies: readonly EncoderFamily[] = [
  bert,
  roberta,
  xlmRoberta,
  distilbert,
  electra,
  mpnet,
  modernbert,
  debertaV2,
];

/** Options of functions that open encoders. */
export interface FamilyOptions {
  /**
   * Families that an encoder may have. Default: {@link encoderFamilies}. Of several with one model type the first is
   * used.
   */
  readonly families?: readonly EncoderFamily[];
}

/** Returns the family of a model type. @throws EncoderConfigError */
export function familyOf(
  modelType: unknown,
  { families = encoderFamilies }: FamilyOptions = {},
  where?: string,
): EncoderFamily {
  const family = families.find((each) => each.modelType === modelType);
  if (family) return family;
  const known = families.map((each) => each.modelType).join(', ');
  throw new EncoderConfigError(
    `${where === undefined ? '' : `${where}: `}model_type is ${shown(modelType)}; known are ${known}`,
  );
}
