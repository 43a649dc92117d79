import { ReferenceDevice } from '@scalearn/core';
import { goldenSuite } from './suite.ts';

goldenSuite({
  name: 'reference',
  device: new ReferenceDevice('float64'),
  limits: 'tolerance_float64',
  times: 1,
  // A step of a real encoder takes the interpreter seconds. The second loss shows what the first step has changed.
  realSteps: 2,
});
