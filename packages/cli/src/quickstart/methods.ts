import { type Adapter, bottleneck, type Method, scalearn } from '@scalearn/core';

/** A method that the quickstart compares. */
export interface QuickstartMethod {
  /** Names its folder, and the method in results. */
  readonly id: string;
  /** In print. */
  readonly name: string;
  readonly stage: 1 | 2;
  make(sources: readonly Adapter[]): Method;
}

/** In the order they are trained and shown. */
export const quickstartMethods: readonly QuickstartMethod[] = [
  { id: 'single', name: 'single adapter', stage: 1, make: () => bottleneck() },
  {
    id: 'scalearn',
    name: 'ScaLearn',
    stage: 2,
    make: (sources) => scalearn({ sources, variant: 'scalearn' }),
  },
  {
    id: 'scalearn-uniform',
    name: 'ScaLearnUniform',
    stage: 2,
    make: (sources) => scalearn({ sources, variant: 'scalearn-uniform' }),
  },
  {
    id: 'scalearn++',
    name: 'ScaLearn++',
    stage: 2,
    make: (sources) => scalearn({ sources, variant: 'scalearn++' }),
  },
  {
    id: 'scalearn-uniform++',
    name: 'ScaLearnUniform++',
    stage: 2,
    make: (sources) => scalearn({ sources, variant: 'scalearn-uniform++' }),
  },
];

/** A method's name in print. */
export function nameOf(id: string): string {
  return quickstartMethods.find((method) => method.id === id)?.name ?? id;
}
