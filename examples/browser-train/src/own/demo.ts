import { type Assessment, baselineNames, roundedScore } from '@scalearn/evaluation';
import { TrainingElement } from '../training-element.ts';
import type { DownloadKind, FoundTask, Reply, Request, TrainSettings } from './messages.ts';
import { template } from './template.ts';

/**
 * `<scalearn-own-data assets="mini/">` trains an adapter on a visitor's own file in a worker, and shows what the score
 * is worth. Attributes: `assets`, the folder of the mini encoder; `epochs`, 10 by default.
 */
class ScalearnOwnData extends TrainingElement<Request, Reply> {
  #file: File | undefined;
  #isRunning = false;

  connectedCallback(): void {
    this.show(template);
    const input = this.get<HTMLInputElement>('file');
    input.addEventListener('change', () => this.#take(input.files?.[0]));
    const drop = this.get('drop');
    drop.addEventListener('dragover', (event) => event.preventDefault());
    drop.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#take(event.dataTransfer?.files[0]);
    });
    for (const id of ['text-column', 'label-column'])
      this.get(id).addEventListener('change', () => this.#read(true));
    this.get('run').addEventListener('click', () => this.#toggle());
    this.get('ask').addEventListener('submit', (event) => {
      event.preventDefault();
      this.get('answer').textContent = '…';
      this.send({ type: 'ask', text: this.#value('question') });
    });
    for (const kind of ['model', 'onnx'] as const satisfies readonly DownloadKind[])
      this.get(`download-${kind}`).addEventListener('click', () => {
        this.say('Packing the model…');
        this.send({ type: 'download', kind });
      });
  }

  #value(id: string): string {
    return this.get<HTMLInputElement>(id).value.trim();
  }

  protected override startWorker(): Worker {
    return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  }

  protected override fail(message: string): void {
    this.say(message, true);
    this.#enter(false);
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
    this.say(`Reading ${this.#file.name}…`);
    this.send({ type: 'read', file: this.#file, columns });
  }

  #toggle(): void {
    if (this.#isRunning) {
      this.send({ type: 'stop' });
      return;
    }
    this.get('result').hidden = true;
    this.clearCurve();
    this.#enter(true);
    const assets = new URL(this.getAttribute('assets') ?? 'mini/', document.baseURI);
    this.send({
      type: 'train',
      settings: {
        encoder: this.#value('encoder') || new URL('encoder/', assets).href,
        device: this.get<HTMLSelectElement>('device').value as TrainSettings['device'],
        epochs: Number(this.getAttribute('epochs') ?? 10),
      },
    });
  }

  #enter(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.get('run').textContent = isRunning ? 'Stop' : 'Train';
    for (const id of ['device', 'encoder', 'text-column', 'label-column', 'file'])
      this.get<HTMLInputElement>(id).disabled = isRunning;
    if (isRunning) this.root.querySelector('fieldset')!.disabled = true;
  }

  protected override hear(reply: Reply): void {
    switch (reply.type) {
      case 'status':
        this.say(reply.text);
        break;
      case 'found':
        this.#show(reply.found);
        break;
      case 'device':
        this.get('where').textContent = reply.description;
        break;
      case 'step':
        this.addStep(reply);
        break;
      case 'epoch':
        this.addEvaluation({ step: reply.step, loss: reply.validationLoss });
        break;
      case 'stopped':
        this.say('Stopped. Nothing was kept.');
        this.#enter(false);
        break;
      case 'done':
        this.get('seconds').textContent = `${reply.seconds.toFixed(1)} s`;
        this.#judge(reply.assessment);
        this.say('Done.');
        this.#enter(false);
        this.root.querySelector('fieldset')!.disabled = false;
        break;
      case 'answer':
        this.get('answer').textContent = reply.text;
        break;
      case 'file':
        this.#save(reply.name, reply.bytes);
        this.say('Done.');
        break;
      case 'error':
        this.fail(reply.message);
        break;
    }
  }

  /** Shows what was found in the file, for confirmation. */
  #show({ text, label, problem, rows, doubts, sample }: FoundTask): void {
    this.get('found').hidden = false;
    this.get<HTMLInputElement>('text-column').value = text;
    this.get<HTMLInputElement>('label-column').value = label;
    this.get('problem').textContent =
      `Each row has ${problem}. ${rows.train} rows train, ${rows.validation} validate, ${rows.test} test.`;
    fill(
      this.get('doubts'),
      doubts.map((doubt) => element('li', `unsure: ${doubt}`)),
    );
    fill(this.get('sample'), [
      row('th', ['Text', 'Label']),
      ...sample.map((each) => row('td', [each.text, each.label])),
    ]);
    this.say('Check the columns, then press Train.');
  }

  /** Shows what the score is worth. */
  #judge({ metric, score, rows, interval, baselines, findings }: Assessment): void {
    const shown = (value: number): string => roundedScore(value, rows);
    const range = interval ? ` (95 % interval ${shown(interval[0])} to ${shown(interval[1])})` : '';
    this.get('result').hidden = false;
    this.get('scored').textContent = `Score on ${rows} rows that were not trained on`;
    fill(this.get('scores'), [
      row('th', ['', metric]),
      row('td', ['this model', `${shown(score)}${range}`]),
      ...baselines.map(({ kind, score: simple }) => row('td', [baselineNames[kind], shown(simple)])),
    ]);
    fill(
      this.get('findings'),
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
