// Profiles stage2-step on the ONNX device: milliseconds of a step by operator, and by operator and shape.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntime, OnnxDevice, type Runtime } from '@scalearn/onnx';
import { benchmarkOptions } from './lib/options.ts';
import { report } from './lib/report.ts';
import { stage2 } from './lib/stage2.ts';

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly input_type_shape?: readonly object[] };
}

const options = benchmarkOptions({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'scalearn-profile-'));
const runtime = await loadRuntime('onnxruntime-node');
let endProfiling = (): void => {};
const profiled: Runtime = {
  Tensor: runtime.Tensor,
  env: runtime.env,
  InferenceSession: {
    async create(model, given) {
      const profiling = { enableProfiling: true, profileFilePrefix: join(folder, 'step') };
      const session = await runtime.InferenceSession.create(model, { ...given, ...profiling });
      endProfiling = () => (session as unknown as { endProfiling(): void }).endProfiling();
      return session;
    },
  },
};
const device = new OnnxDevice(profiled, options);
const { step } = await stage2(device);
for (let run = 0; run < options.runs; run++) await step.run();
endProfiling();

const [file] = readdirSync(folder);
const events = JSON.parse(readFileSync(join(folder, file as string), 'utf8')) as ProfileEvent[];
rmSync(folder, { recursive: true });
const byOperator = new Map<string, number>();
const byShape = new Map<string, number>();
const add = (sums: Map<string, number>, key: string, microseconds: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + microseconds / 1000 / options.runs);
};
for (const { cat, name, dur, args } of events) {
  if (cat !== 'Node' || !name.endsWith('_kernel_time') || !args?.op_name) continue;
  const shapes = (args.input_type_shape ?? []).map((input) => JSON.stringify(Object.values(input)[0]));
  add(byOperator, args.op_name, dur);
  add(byShape, `${args.op_name} ${shapes.join(' ')}`, dur);
}
for (const [name, sums, most] of [
  ['onnx-profile/operator', byOperator, 20],
  ['onnx-profile/shape', byShape, 30],
] as const)
  for (const [what, milliseconds] of [...sums].sort((a, b) => b[1] - a[1]).slice(0, most))
    report({ name, what, value: milliseconds, unit: 'ms/step', threads: options.threads });
device.dispose();
