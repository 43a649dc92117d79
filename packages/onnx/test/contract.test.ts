import { requestOnnxDevice } from '@scalearn/onnx';
import { deviceContract } from '../../core/test/devices/contract.ts';

deviceContract('onnx', () => requestOnnxDevice({ threads: 1 }));
