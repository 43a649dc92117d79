import { describe, expect, test } from 'vitest';
import type { Adapter } from '../../src/methods/adapter.ts';
import { bottleneck } from '../../src/methods/bottleneck.ts';
import type { Method } from '../../src/methods/method.ts';
import { scalearn } from '../../src/methods/scalearn.ts';
import type { ScalearnVariant } from '../../src/methods/scalearn-settings.ts';
import type { EncoderArchitecture } from '../../src/nn/architecture.ts';
import { createHead, type HeadOptions } from '../../src/nn/head.ts';
import type { ParameterSpec } from '../../src/nn/parameters.ts';
import { architecture } from './architecture.ts';

const base = architecture('roberta', { layers: 12, hiddenSize: 768, intermediateSize: 3072 });
const large = architecture('roberta', { layers: 24, hiddenSize: 1024, intermediateSize: 4096 });

const count = (specs: readonly ParameterSpec[]): number =>
  specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
const methodCount = (method: Method, encoder: EncoderArchitecture): number =>
  count(method.parameters({ encoder, adapterName: 'rte', tasks: ['rte'] }));

/** Sources without weights: how many there are is all that counts. */
const sources = (T: number, { hiddenSize }: EncoderArchitecture): Adapter[] =>
  Array.from({ length: T }, (_, i) => ({
    name: `task${i}`,
    hiddenSize,
    width: hiddenSize / 16,
    nonLinearity: 'relu',
    layers: [],
  }));

/** The paper's numbers of trainable parameters (docs/reference/methods.md#counts-of-parameters). */
describe('trainable parameters', () => {
  test.each([
    ['base', base, 894_528, 74_544],
    ['large', large, 3_171_840, 132_160],
  ])('of an adapter, %s', (_, encoder, whole, oneLayer) => {
    expect(methodCount(bottleneck({ reductionFactor: 16 }), encoder)).toBe(whole);
    expect(methodCount(bottleneck(), { ...encoder, layers: 1 })).toBe(oneLayer);
    expect(methodCount(bottleneck({ width: encoder.hiddenSize / 16 }), encoder)).toBe(whole);
  });

  const perTarget: [EncoderArchitecture, string, number, Record<ScalearnVariant, number>][] = [
    [
      base,
      'base',
      8,
      { scalearn: 73_728, 'scalearn-uniform': 96, 'scalearn++': 6_144, 'scalearn-uniform++': 8 },
    ],
    [
      base,
      'base',
      5,
      { scalearn: 46_080, 'scalearn-uniform': 60, 'scalearn++': 3_840, 'scalearn-uniform++': 5 },
    ],
    [
      base,
      'base',
      15,
      { scalearn: 138_240, 'scalearn-uniform': 180, 'scalearn++': 11_520, 'scalearn-uniform++': 15 },
    ],
    [
      large,
      'large',
      8,
      { scalearn: 196_608, 'scalearn-uniform': 192, 'scalearn++': 8_192, 'scalearn-uniform++': 8 },
    ],
    [
      large,
      'large',
      5,
      { scalearn: 122_880, 'scalearn-uniform': 120, 'scalearn++': 5_120, 'scalearn-uniform++': 5 },
    ],
  ];
  for (const [encoder, size, T, numbers] of perTarget)
    test.each(Object.entries(numbers))(`of %s, ${size}, ${T} sources`, (variant, expected) => {
      const method = scalearn({ sources: sources(T, encoder), variant: variant as ScalearnVariant });
      expect(methodCount(method, encoder)).toBe(expected);
    });

  const head = (options: Partial<HeadOptions>): HeadOptions => ({
    problem: 'singleLabelClassification',
    outputs: 2,
    layout: 'flexible',
    name: 'rte',
    ...options,
  });
  test.each<[string, HeadOptions, number, number]>([
    ['2 classes', head({ outputs: 2 }), 592_130, 1_051_650],
    ['2 classes, static', head({ outputs: 2, layout: 'static' }), 592_130, 1_051_650],
    ['3 classes', head({ outputs: 3 }), 592_899, 1_052_675],
    ['regression', head({ problem: 'regression', outputs: 1 }), 591_361, 1_050_625],
    ['multiple choice', head({ problem: 'multipleChoice' }), 591_361, 1_050_625],
    ['multiple choice, static', head({ problem: 'multipleChoice', layout: 'static' }), 769, 1_025],
  ])('of a head, %s', (_, options, inBase, inLarge) => {
    expect(count(createHead(options).parameters(base))).toBe(inBase);
    expect(count(createHead(options).parameters(large))).toBe(inLarge);
  });
});
