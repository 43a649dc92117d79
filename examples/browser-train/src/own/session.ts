import {
  bottleneck,
  type Device,
  type Encoder,
  requestDevice,
  type TrainedModel,
  train,
} from '@scalearn/core';
import { type FileTask, fileListSource, loadTask, readFileTask, type Task } from '@scalearn/datasets';
import {
  loadEncoder,
  memoryFolder,
  openModelFiles,
  TransformerEncoder,
  transformersTokenizerFiles,
} from '@scalearn/encoders';
import { assess } from '@scalearn/evaluation';
import { calibrate, type LoadedModel, loadModel, modelFiles } from '@scalearn/models';
import { exportOnnx, requestOnnxDevice } from '@scalearn/onnx';
import { zipSync } from 'fflate';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { ColumnChoice, DownloadKind, FoundTask, Reply, TrainSettings } from './messages.ts';

/** A visitor's file as a task. Nothing of it leaves the machine. */
export async function readTask(file: File, columns: ColumnChoice): Promise<{ task: Task; found: FoundTask }> {
  const definition = await readFileTask({ data: fileListSource([file]), file: file.name, ...columns });
  const task = await loadTask(definition);
  return { task, found: describe(definition, task) };
}

const problems = {
  singleLabelClassification: 'one of several classes',
  multiLabelClassification: 'any number of labels',
  regression: 'a score',
  multipleChoice: 'a choice',
} as const;

function describe({ layout }: FileTask, task: Task): FoundTask {
  const { labels, problem, train, validation, test } = task;
  const named = (label: number | readonly number[]): string =>
    typeof label !== 'number'
      ? label.flatMap((bit, id) => (bit === 1 ? [labels?.[id] ?? ''] : [])).join(', ')
      : (labels?.[label] ?? String(label));
  return {
    text: layout.text,
    label: typeof layout.label === 'string' ? layout.label : layout.label.join(', '),
    problem: `${problems[problem]}${labels ? `: ${labels.slice(0, 8).join(', ')}${labels.length > 8 ? ', …' : ''}` : ''}`,
    rows: { train: train.length, validation: validation.length, test: test.length },
    doubts: layout.doubts.map(({ about, value }) => `${about}; ${value}`),
    sample: train
      .slice(0, 3)
      .map(({ segments, label }) => ({ text: segments.join(' | '), label: named(label) })),
  };
}

/** A device with an encoder, and the model that was trained last. */
export class Session {
  readonly settings: TrainSettings;
  readonly device: Device;
  readonly encoder: Encoder;
  #trained: TrainedModel | undefined;
  #model: LoadedModel | undefined;

  private constructor(settings: TrainSettings, device: Device, encoder: Encoder) {
    this.settings = settings;
    this.device = device;
    this.encoder = encoder;
  }

  static async open(settings: TrainSettings): Promise<Session> {
    // A page that is not cross-origin isolated gets one thread.
    const threads = navigator.hardwareConcurrency;
    const onnx = () => requestOnnxDevice({ wasmPaths: { wasm }, threads });
    const device = await requestDevice({ device: settings.device, onnx });
    try {
      return new Session(settings, device, await loadEncoder(settings.encoder, { device }));
    } catch (error) {
      device.dispose();
      throw error;
    }
  }

  /** Trains an adapter on the rows and scores it. */
  async train(
    task: Task,
    epochs: number,
    signal: AbortSignal,
    reply: (message: Reply) => void,
  ): Promise<void> {
    const { encoder } = this;
    const trained = await train({
      ...{ encoder, task, epochs, signal, method: bottleneck() },
      // Few rows need more and larger steps than the published settings, which are for many.
      ...{ batchSize: 16, learningRate: 1e-3, patience: 3 },
      onEvent: (event) => {
        if (event.event === 'step') {
          const { step, steps, loss } = event;
          reply({ type: 'step', step, steps, loss });
        } else if (event.event === 'epoch')
          reply({ type: 'epoch', step: event.step, validationLoss: event.validationLoss });
      },
      // WebAssembly blocks the worker's event loop. This pause lets a stop request arrive.
      onEpoch: () => new Promise((pause) => setTimeout(pause)),
    });
    this.#free();
    this.#trained = trained;
    reply({ type: 'status', text: `Testing on ${task.test.length} rows…` });
    const { history: records, bestEpoch: best } = trained;
    const output = await trained.predict(task.test);
    const assessment = assess(task, output, task.test, { history: { records, best } });
    const files = await modelFiles(trained, {
      calibration: await calibrate(trained, task.validation),
      card: { assessments: { [task.id]: assessment } },
    });
    this.#model = await loadModel(memoryFolder(files), { encoder });
    reply({ type: 'done', assessment, seconds: trained.seconds });
  }

  /** Returns the prediction for a text in words. */
  async ask(text: string): Promise<string> {
    const model = this.#model;
    if (!model) throw new Error('There is no model yet. Train one first.');
    if (model.task().problem === 'regression') return (await model.score([text]))[0]!.toFixed(3);
    const [answer] = await model.classify([text]);
    const { labels = [], label = '', score = 0 } = answer ?? {};
    const isOne = labels.length === 1 && labels[0] === label;
    return isOne ? `${label} (${Math.round(100 * score)} %)` : labels.join(', ') || 'no label';
  }

  /** Packs the model for ScaLearn, or with its encoder for transformers.js. */
  async pack(kind: DownloadKind): Promise<Uint8Array<ArrayBuffer>> {
    const [trained, model] = [this.#trained, this.#model];
    if (!trained || !model) throw new Error('There is no model yet. Train one first.');
    const files =
      kind === 'model'
        ? await modelFiles(trained, { calibration: model.task() })
        : { ...(await exportOnnx(trained)), ...(await this.#tokenizer(trained)) };
    const bytes = Object.entries(files).map(([path, content]) => {
      return [path, typeof content === 'string' ? new TextEncoder().encode(content) : content] as const;
    });
    return zipSync(Object.fromEntries(bytes), { level: 1 }) as Uint8Array<ArrayBuffer>;
  }

  async #tokenizer({ task }: TrainedModel): Promise<Record<string, string>> {
    const { encoder } = this;
    if (!(encoder instanceof TransformerEncoder)) return {};
    const maxLength = Math.min(task.maxLength, encoder.maxLength);
    return transformersTokenizerFiles(await openModelFiles(this.settings.encoder), encoder, maxLength);
  }

  #free(): void {
    this.#model?.dispose();
    this.#trained?.dispose();
    [this.#model, this.#trained] = [undefined, undefined];
  }

  /** Disposing of the device frees everything on it. */
  dispose(): void {
    this.device.dispose();
  }
}
