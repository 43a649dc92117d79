import {
  type CheckpointStore,
  type Device,
  type Encoder,
  type Method,
  requestDevice,
  scalearn,
  TrainedModel,
} from '@scalearn/core';
import { createHead, TrainableModel } from '@scalearn/core/methods';
import { loadTask, type Task } from '@scalearn/datasets';
import { loadAdapter, loadEncoder } from '@scalearn/encoders';
import { requestOnnxDevice } from '@scalearn/onnx';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { Settings } from './messages.ts';

/** The tasks whose adapters are sources: all tasks of the package except the target. */
export const sourceNames: readonly string[] = ['cola', 'sst2', 'mrpc', 'qqp', 'stsb', 'mnli', 'qnli'];

/** Everything that is loaded once: a device with the frozen encoder, the sources, and the target's rows. */
export class Session {
  readonly settings: Settings;
  readonly device: Device;
  readonly encoder: Encoder;
  readonly method: Method;
  readonly task: Task;
  /** The model that predicts; untrained at first. */
  model: TrainedModel;
  /** The state that a stopped run continues from. */
  checkpoint: Uint8Array | undefined;

  private constructor(
    settings: Settings,
    parts: Pick<Session, 'device' | 'encoder' | 'method' | 'task' | 'model'>,
  ) {
    this.settings = settings;
    this.device = parts.device;
    this.encoder = parts.encoder;
    this.method = parts.method;
    this.task = parts.task;
    this.model = parts.model;
  }

  static async open(settings: Settings): Promise<Session> {
    const { assets, rows, testRows } = settings;
    // A page that is not cross-origin isolated gets one thread.
    const threads = navigator.hardwareConcurrency;
    const onnx = () => requestOnnxDevice({ wasmPaths: { wasm }, threads });
    const device = await requestDevice({ device: settings.device, onnx });
    try {
      const encoder = await loadEncoder(new URL('encoder/', assets), { device });
      const load = (name: string) => loadAdapter(new URL(`adapters/${name}/`, assets));
      const sources = await Promise.all(sourceNames.map(load));
      const method = scalearn({ sources, variant: 'scalearn-uniform++' });
      const rte = await loadTask('miniglue/rte', { limit: rows, evalLimit: testRows });
      const task = { ...rte, validation: rte.validation.slice(0, 64) };
      const model = await untrained(encoder, method, task);
      return new Session(settings, { device, encoder, method, task, model });
    } catch (error) {
      device.dispose();
      throw error;
    }
  }

  /** Keeps checkpoints in memory: stopping writes one, continuing reads it. */
  get checkpoints(): CheckpointStore {
    return {
      load: async () => this.checkpoint,
      save: async (bytes) => {
        this.checkpoint = bytes;
      },
    };
  }

  /** Disposing of the device frees everything on it. */
  dispose(): void {
    this.device.dispose();
  }
}

/** Returns the model before training: coefficients near 2 / T, and an untrained head. */
async function untrained(encoder: Encoder, method: Method, task: Task): Promise<TrainedModel> {
  const { problem, labels } = task;
  const head = createHead({ problem, outputs: labels?.length ?? 1, layout: method.headLayout, name: 'rte' });
  const model = await TrainableModel.create({
    encoder,
    method,
    heads: { rte: head },
    adapterName: 'rte',
    seed: 0,
  });
  return new TrainedModel(model, [task]);
}
