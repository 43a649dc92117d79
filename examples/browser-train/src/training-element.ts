import { lossCurve, type Point } from './charts.ts';
import css from './demo.css?inline';

/** What a step of training reports. */
interface Step extends Point {
  readonly steps: number;
}

/**
 * An element of this page that trains in a worker: it starts the worker when it is needed, shows a status, and draws the
 * losses.
 */
export abstract class TrainingElement<Request, Reply> extends HTMLElement {
  protected readonly root: ShadowRoot = this.attachShadow({ mode: 'open' });
  #worker: Worker | undefined;
  #training: Point[] = [];
  #validation: Point[] = [];
  #steps = 1;

  /** Starts the worker. Bundlers find it by its address, so each element names its own. */
  protected abstract startWorker(): Worker;
  /** Shows a message of the worker. */
  protected abstract hear(reply: Reply): void;
  /** Shows that the worker failed. */
  protected abstract fail(message: string): void;

  /** Fills the element. @param template its HTML, with the ids that the methods below use */
  protected show(template: string): void {
    this.root.innerHTML = `<style>${css}</style>${template}`;
    this.clearCurve();
  }

  disconnectedCallback(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  protected get<T extends HTMLElement>(id: string): T {
    return this.root.getElementById(id) as T;
  }

  protected send(request: Request): void {
    if (!this.#worker) {
      this.#worker = this.startWorker();
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.hear(data);
      this.#worker.onerror = ({ message }) => this.fail(message || 'The worker could not be started.');
    }
    this.#worker.postMessage(request);
  }

  protected clearCurve(): void {
    [this.#training, this.#validation, this.#steps] = [[], [], 1];
    this.#draw();
  }

  protected addStep(step: Step): void {
    this.#training.push(step);
    this.#steps = step.steps;
    this.get<HTMLProgressElement>('progress').value = step.step / step.steps;
    this.say('Training:');
    this.get('count').textContent = `step ${step.step} of ${step.steps}`;
    this.#draw();
  }

  /** Adds the validation loss after a step. */
  protected addEvaluation(point: Point): void {
    this.#validation.push(point);
    this.#draw();
  }

  /** Shows a status. Screen readers read it out, so it does not change with every step. */
  protected say(text: string, failed = false): void {
    const status = this.get('status');
    if (status.textContent === text) return;
    status.textContent = text;
    status.classList.toggle('failed', failed);
    this.get('count').textContent = '';
  }

  #draw(): void {
    this.get('curve').innerHTML = lossCurve(this.#training, this.#validation, this.#steps);
  }
}

/** The choice of a device, for the templates. */
export const deviceChoice: string = `
  <label>Device
    <select id="device">
      <option value="auto">best available</option>
      <option value="webgpu">WebGPU</option>
      <option value="onnx">ONNX Runtime (WebAssembly)</option>
    </select>
  </label>`;

/** The figure of the losses, for the templates. */
export const lossFigure: string = `
  <figure>
    <figcaption>Loss <span class="key-training">training</span><span class="key-validation">validation</span></figcaption>
    <div id="curve"></div>
  </figure>`;
