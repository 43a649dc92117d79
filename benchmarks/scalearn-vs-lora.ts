// Measures the cost of 8 LoRA sources of rank 8: a ScaLearn step against a step of one LoRA of rank 64.
import { lora, scalearn } from '@scalearn/core';
import { compareSteps } from './lib/compare-steps.ts';
import { randomLoras } from './lib/sources.ts';

const [sources, rank] = [8, 8];
await compareSteps({
  ...{ name: 'scalearn-vs-lora', otherMilliseconds: 'loraMilliseconds', required: 1.25 },
  methods: (encoder) => [
    scalearn({ sources: randomLoras(encoder, sources, rank) }),
    lora({ rank: sources * rank }),
  ],
});
