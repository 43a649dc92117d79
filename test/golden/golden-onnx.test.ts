import { requestOnnxDevice } from '@scalearn/onnx';
import { goldenSuite } from './suite.ts';

goldenSuite({ name: 'onnx', device: await requestOnnxDevice(), limits: 'tolerance', times: 2 });
