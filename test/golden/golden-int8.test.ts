import { requestOnnxDevice } from '@scalearn/onnx';
import { reducedSuite } from './reduced.ts';

reducedSuite({
  precision: 'int8',
  device: await requestOnnxDevice({ precision: 'int8' }),
  // On a CPU without VNNI they were at most 0.09, 0.3 and 0.04.
  limits: { outputs: 0.15, grads: 0.5, curve_loss: 0.08 },
});
