import { ReferenceDevice } from '@scalearn/core';
import { goldenSuite } from './suite.ts';

goldenSuite({
  name: 'reference',
  device: new ReferenceDevice('float64'),
  limits: 'tolerance_float64',
  times: 1,
  // A step of a real encoder takes the interpreter seconds, so only the gradients of one step are compared. ONNX
  // Runtime runs all steps of its curve.
  realSteps: 0,
});
