// Run by webgpu-against-peer in a process of its own, which pretends to be a browser: steps of the same ONNX model in
// ONNX Runtime's WebGPU provider. Prints the milliseconds of each.
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
// Kept where garbage collection does not find it: Dawn crashes without it.
const browser = { gpu: create([]), userAgent: 'node', hardwareConcurrency: 1 };
Object.defineProperty(globalThis, 'navigator', { value: browser, configurable: true });
Object.assign(globalThis, { self: globalThis });

const { default: ort } = await import('onnxruntime-web/webgpu');
const { OnnxDevice } = await import('@scalearn/onnx');
const { milliseconds } = await import('./measure.ts');
const { stage2 } = await import('./stage2.ts');

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';
type Create = ConstructorParameters<typeof OnnxDevice>[0]['InferenceSession']['create'];
const session = ort.InferenceSession as unknown as { create: Create };
const device = new OnnxDevice({
  Tensor: ort.Tensor as never,
  env: ort.env as never,
  InferenceSession: {
    create: (model, options) => session.create(model, { ...options, executionProviders: ['webgpu'] }),
  },
});
const { step } = await stage2(device);
const times: number[] = [];
for (let run = 0; run < Number(process.argv[2]); run++) times.push(await milliseconds(() => step.run()));
console.log(JSON.stringify(times));
process.exit(0);
