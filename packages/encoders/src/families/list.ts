import { shown } from '@scalearn/core/files';
import { EncoderConfigError } from '../errors.ts';
import { bert } from './bert.ts';
import { distilbert } from './distilbert.ts';
import type { EncoderFamily } from './family.ts';
import { roberta, xlmRoberta } from './roberta.ts';

/** The families of encoders that there are. What opens encoders takes others, beside them or in their place. */
export const encoderFamilies: readonly EncoderFamily[] = [bert, roberta, xlmRoberta, distilbert];

/** What opens encoders takes. */
export interface FamilyOptions {
  /** Families that an encoder may be of, by default {@link encoderFamilies}; of one model type the first counts. */
  readonly families?: readonly EncoderFamily[];
}

/** The family of a model type. @throws EncoderConfigError */
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
