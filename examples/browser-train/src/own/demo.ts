import { type Assessment, baselineNames, roundedScore } from '@scalearn/evaluation';
import { lossCurve, type Point } from '../charts.ts';
import css from '../demo.css?inline';
import type { DownloadKind, FoundTask, Reply, Request, TrainSettings } from './messages.ts';
import { template } from './template.ts';

/**
 * `<scalearn-own-data assets="mini/">` trains an adapter on a visitor's own file in a worker, and shows what the score
 * is worth. Attributes: `assets`, the folder of the mini encoder; `epochs`, 10 by default.
 */
class ScalearnOwnData extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });
  #worker: Worker | undefined;
  #file: File | undefined;
  #isRunning = false;
  #training: Point[] = [];
  #validation: Point[] = [];
  #steps = 1;

  connectedCallback(): void {
    this.#root.innerHTML = `<style>${css}</style>${template}`;
    const input = this.#get<HTMLInputElement>('file');
    input.addEventListener('change', () => this.#take(input.files?.[0]));
    const drop = this.#get('drop');
    drop.addEventListener('dragover', (event) => event.preventDefault());
    drop.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#take(event.dataTransfer?.files[0]);
    });
    for (const id of ['text-column', 'label-column'])
      this.#get(id).addEventListener('change', () => this.#read(true));
    this.#get('run').addEventListener('click', () => this.#toggle());
    this.#get('ask').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#get('answer').textContent = '…';
      this.#send({ type: 'ask', text: this.#value('question') });
    });
    for (const kind of ['model', 'onnx'] as const satisfies readonly DownloadKind[])
      this.#get(`download-${kind}`).addEventListener('click', () => {
        this.#say('Packing the model…');
        this.#send({ type: 'download', kind });
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

  #value(id: string): string {
    return this.#get<HTMLInputElement>(id).value.trim();
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

  #take(file: File | undefined): void {
    if (!file) return;
    this.#file = file;
    this.#read(false);
  }

  /** Reads the file. @param isCorrected whether the visitor has chosen the columns */
  #read(isCorrected: boolean): void {
    if (!this.#file) return;
    const [text, label] = [this.#value('text-column'), this.#value('label-column')];
    const columns = isCorrected ? { ...(text && { text }), ...(label && { label }) } : {};
    this.#say(`Reading ${this.#file.name}…`);
    this.#send({ type: 'read', file: this.#file, columns });
  }

  #toggle(): void {
    if (this.#isRunning) {
      this.#send({ type: 'stop' });
      return;
    }
    [this.#training, this.#validation, this.#steps] = [[], [], 1];
    this.#get('result').hidden = true;
    this.#draw();
    this.#enter(true);
    const assets = new URL(this.getAttribute('assets') ?? 'mini/', document.baseURI);
    this.#send({
      type: 'train',
      settings: {
        encoder: this.#value('encoder') || new URL('encoder/', assets).href,
        device: this.#get<HTMLSelectElement>('device').value as TrainSettings['device'],
        epochs: Number(this.getAttribute('epochs') ?? 10),
      },
    });
  }

  #enter(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.#get('run').textContent = isRunning ? 'Stop' : 'Train';
    for (const id of ['device', 'encoder', 'text-column', 'label-column', 'file'])
      this.#get<HTMLInputElement>(id).disabled = isRunning;
    if (isRunning) this.#root.querySelector('fieldset')!.disabled = true;
  }

  #hear(reply: Reply): void {
    switch (reply.type) {
      case 'status':
        this.#say(reply.text);
        break;
      case 'found':
        this.#show(reply.found);
        break;
      case 'device':
        this.#get('where').textContent = reply.description;
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
      case 'stopped':
        this.#say('Stopped. Nothing was kept.');
        this.#enter(false);
        break;
      case 'done':
        this.#get('seconds').textContent = `${reply.seconds.toFixed(1)} s`;
        this.#judge(reply.assessment);
        this.#say('Done.');
        this.#enter(false);
        this.#root.querySelector('fieldset')!.disabled = false;
        break;
      case 'answer':
        this.#get('answer').textContent = reply.text;
        break;
      case 'file':
        this.#save(reply.name, reply.bytes);
        this.#say('Done.');
        break;
      case 'error':
        this.#say(reply.message, true);
        this.#enter(false);
        break;
    }
  }

  /** Shows what was found in the file, for confirmation. */
  #show({ text, label, problem, rows, doubts, sample }: FoundTask): void {
    this.#get('found').hidden = false;
    this.#get<HTMLInputElement>('text-column').value = text;
    this.#get<HTMLInputElement>('label-column').value = label;
    this.#get('problem').textContent =
      `Each row has ${problem}. ${rows.train} rows train, ${rows.validation} validate, ${rows.test} test.`;
    fill(
      this.#get('doubts'),
      doubts.map((doubt) => element('li', `unsure: ${doubt}`)),
    );
    fill(this.#get('sample'), [
      row('th', ['Text', 'Label']),
      ...sample.map((each) => row('td', [each.text, each.label])),
    ]);
    this.#say('Check the columns, then press Train.');
  }

  /** Shows what the score is worth. */
  #judge({ metric, score, rows, interval, baselines, findings }: Assessment): void {
    const shown = (value: number): string => roundedScore(value, rows);
    const range = interval ? ` (95 % interval ${shown(interval[0])} to ${shown(interval[1])})` : '';
    this.#get('result').hidden = false;
    this.#get('scored').textContent = `Score on ${rows} rows that were not trained on`;
    fill(this.#get('scores'), [
      row('th', ['', metric]),
      row('td', ['this model', `${shown(score)}${range}`]),
      ...baselines.map(({ kind, score: simple }) => row('td', [baselineNames[kind], shown(simple)])),
    ]);
    fill(
      this.#get('findings'),
      findings.map(({ text, advice }) => element('li', `${text} ${advice}`)),
    );
  }

  #save(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
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

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function row(cell: 'th' | 'td', texts: readonly string[]): HTMLElement {
  const made = document.createElement('tr');
  made.append(...texts.map((text) => element(cell, text)));
  return made;
}

const fill = (parent: HTMLElement, children: readonly HTMLElement[]): void =>
  parent.replaceChildren(...children);

customElements.define('scalearn-own-data', ScalearnOwnData);
