// Measures the cost of 8 sources: a ScaLearn step against a step of one bottleneck adapter of the same total width.
import { bottleneck, scalearn } from '@scalearn/core';
import { compareSteps } from './lib/compare-steps.ts';
import { randomSources } from './lib/sources.ts';

const [sources, width] = [8, 24];
await compareSteps({
  ...{ name: 'scalearn-vs-bottleneck', otherMilliseconds: 'bottleneckMilliseconds', required: 1.25 },
  methods: (encoder) => [
    scalearn({ sources: randomSources(encoder, sources, width) }),
    bottleneck({ reductionFactor: encoder.hiddenSize / (sources * width) }),
  ],
});
