import { baselineReaders } from '@scalearn/baselines';
import type { MethodReader } from '@scalearn/core';

/** Of all methods that models in folders may have, besides core's own. */
export const methodReaders: readonly MethodReader[] = baselineReaders;
