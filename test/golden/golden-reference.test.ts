import { ReferenceDevice } from '@scalearn/core';
import { goldenSuite } from './suite.ts';

goldenSuite({
  name: 'reference',
  device: new ReferenceDevice('float64'),
  limits: 'tolerance_float64',
  times: 1,
});
