// Program that webgpu-against-peer starts in its own process. It makes the process look like a browser and runs steps
// of the same ONNX model in ONNX Runtime's WebGPU provider. It prints the milliseconds of each step.
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
// This reference keeps the object from garbage collection: Dawn crashes without it.
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
