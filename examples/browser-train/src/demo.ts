import { coefficientBars, lossCurve, type Point } from './charts.ts';
import css from './demo.css?inline';
import type { Reply, Request, Settings } from './messages.ts';
import { template } from './template.ts';

type State = 'idle' | 'running' | 'stopping' | 'stopped';

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;

/**
 * `<scalearn-demo assets="mini/">` trains ScaLearnUniform++ in a worker and shows the progress. Attributes: `assets`,
 * the folder of encoder and adapters; `rows`, the number of training rows, 128 by default; `test-rows`, 400 by default;
 * `epochs`, 12 by default.
 */
class ScalearnDemo extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });
  #worker: Worker | undefined;
  #state: State = 'idle';
  #training: Point[] = [];
  #validation: Point[] = [];
  #steps = 1;

  connectedCallback(): void {
    this.#root.innerHTML = `<style>${css}</style>${template}`;
    this.#get('run').addEventListener('click', () => this.#toggle());
    // A run cannot continue on another device.
    this.#get('device').addEventListener('change', () => this.#enter('idle'));
    this.#get('ask').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#ask();
    });
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #get<T extends HTMLElement>(id: string): T {
    return this.#root.getElementById(id) as T;
  }

  #send(request: Request): void {
    if (!this.#worker) {
      this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#hear(data);
      this.#worker.onerror = ({ message }) =>
        this.#hear({ type: 'error', message: message || 'The worker could not be started.' });
    }
    this.#worker.postMessage(request);
  }

  #toggle(): void {
    if (this.#state === 'running') {
      this.#enter('stopping');
      this.#send({ type: 'stop' });
      return;
    }
    if (this.#state === 'idle') this.#clear();
    this.#enter('running');
    const number = (name: string, otherwise: number) => Number(this.getAttribute(name) ?? otherwise);
    this.#send({
      type: 'train',
      settings: {
        assets: new URL(this.getAttribute('assets') ?? 'mini/', document.baseURI).href,
        device: this.#get<HTMLSelectElement>('device').value as Settings['device'],
        rows: number('rows', 128),
        testRows: number('test-rows', 400),
        epochs: number('epochs', 12),
      },
    });
  }

  #clear(): void {
    [this.#training, this.#validation, this.#steps] = [[], [], 1];
    for (const id of ['before', 'after', 'parameters', 'seconds']) this.#get(id).textContent = '–';
    this.#draw();
  }

  #enter(state: State): void {
    this.#state = state;
    const busy = state === 'running' || state === 'stopping';
    const button = this.#get<HTMLButtonElement>('run');
    button.textContent = busy ? 'Stop' : state === 'stopped' ? 'Continue' : 'Train';
    button.disabled = state === 'stopping';
    this.#get<HTMLSelectElement>('device').disabled = busy;
  }

  #hear(reply: Reply): void {
    switch (reply.type) {
      case 'status':
        this.#say(reply.text);
        break;
      case 'device':
        this.#get('where').textContent = reply.description;
        break;
      case 'scored':
        this.#get(reply.when).textContent = percent(reply.accuracy, 1);
        break;
      case 'step':
        this.#training.push(reply);
        this.#steps = reply.steps;
        this.#get<HTMLProgressElement>('progress').value = reply.step / reply.steps;
        this.#say('Training:');
        this.#get('count').textContent = `step ${reply.step} of ${reply.steps}`;
        this.#draw();
        break;
      case 'epoch':
        this.#validation.push({ step: reply.step, loss: reply.validationLoss });
        this.#draw();
        break;
      case 'coefficients':
        this.#get('bars').innerHTML = coefficientBars(reply.sources, reply.values);
        break;
      case 'stopped':
        this.#say(`Stopped after step ${reply.step} of ${reply.steps}. Press Continue to resume.`);
        this.#enter('stopped');
        break;
      case 'done':
        this.#get('parameters').textContent = String(reply.parameters);
        this.#get('seconds').textContent = `${reply.seconds.toFixed(1)} s`;
        this.#say('Done. The coefficients are those of the best epoch.');
        this.#root.querySelector('fieldset')!.disabled = false;
        this.#enter('idle');
        break;
      case 'answer':
        this.#get('answer').textContent =
          `${reply.label.replaceAll('_', ' ')} (${percent(reply.probability, 0)})`;
        break;
      case 'error':
        this.#say(reply.message, true);
        this.#enter('idle');
        break;
    }
  }

  #ask(): void {
    const value = (id: string) => this.#get<HTMLInputElement>(id).value;
    this.#get('answer').textContent = '…';
    this.#send({ type: 'answer', texts: [value('text'), value('claim')] });
  }

  /** Shows a status. Screen readers read it out, so it does not change with every step. */
  #say(text: string, failed = false): void {
    const status = this.#get('status');
    if (status.textContent === text) return;
    status.textContent = text;
    status.classList.toggle('failed', failed);
    this.#get('count').textContent = '';
  }

  #draw(): void {
    this.#get('curve').innerHTML = lossCurve(this.#training, this.#validation, this.#steps);
  }
}

customElements.define('scalearn-demo', ScalearnDemo);
