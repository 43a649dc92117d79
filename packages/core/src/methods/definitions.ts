import { bottleneckMethod } from './bottleneck.ts';
import type { MethodDefinition } from './definition.ts';
import { loraMethod } from './lora/lora.ts';
import { scalearnMethods } from './scalearn.ts';

/** The methods of this package. */
export const coreMethods: readonly MethodDefinition[] = [bottleneckMethod, loraMethod, ...scalearnMethods];
