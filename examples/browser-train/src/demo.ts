import { coefficientBars } from './charts.ts';
import type { Reply, Request, Settings } from './messages.ts';
import { template } from './template.ts';
import { TrainingElement } from './training-element.ts';

type State = 'idle' | 'running' | 'stopping' | 'stopped';

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;

/**
 * `<scalearn-demo assets="mini/">` trains ScaLearnUniform++ in a worker and shows the progress. Attributes: `assets`,
 * the folder of encoder and adapters; `rows`, the number of training rows, 128 by default; `test-rows`, 400 by default;
 * `epochs`, 12 by default.
 */
class ScalearnDemo extends TrainingElement<Request, Reply> {
  #state: State = 'idle';

  connectedCallback(): void {
    this.show(template);
    this.get('run').addEventListener('click', () => this.#toggle());
    // A run cannot continue on another device.
    this.get('device').addEventListener('change', () => this.#enter('idle'));
    this.get('ask').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#ask();
    });
  }

  protected override startWorker(): Worker {
    return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  }

  protected override fail(message: string): void {
    this.say(message, true);
    this.#enter('idle');
  }

  #toggle(): void {
    if (this.#state === 'running') {
      this.#enter('stopping');
      this.send({ type: 'stop' });
      return;
    }
    if (this.#state === 'idle') this.#clear();
    this.#enter('running');
    const number = (name: string, otherwise: number) => Number(this.getAttribute(name) ?? otherwise);
    this.send({
      type: 'train',
      settings: {
        assets: new URL(this.getAttribute('assets') ?? 'mini/', document.baseURI).href,
        device: this.get<HTMLSelectElement>('device').value as Settings['device'],
        rows: number('rows', 128),
        testRows: number('test-rows', 400),
        epochs: number('epochs', 12),
      },
    });
  }

  #clear(): void {
    for (const id of ['before', 'after', 'parameters', 'seconds']) this.get(id).textContent = '–';
    this.clearCurve();
  }

  #enter(state: State): void {
    this.#state = state;
    const busy = state === 'running' || state === 'stopping';
    const button = this.get<HTMLButtonElement>('run');
    button.textContent = busy ? 'Stop' : state === 'stopped' ? 'Continue' : 'Train';
    button.disabled = state === 'stopping';
    this.get<HTMLSelectElement>('device').disabled = busy;
  }

  protected override hear(reply: Reply): void {
    switch (reply.type) {
      case 'status':
        this.say(reply.text);
        break;
      case 'device':
        this.get('where').textContent = reply.description;
        break;
      case 'scored':
        this.get(reply.when).textContent = percent(reply.accuracy, 1);
        break;
      case 'step':
        this.addStep(reply);
        break;
      case 'epoch':
        this.addEvaluation({ step: reply.step, loss: reply.validationLoss });
        break;
      case 'coefficients':
        this.get('bars').innerHTML = coefficientBars(reply.sources, reply.values);
        break;
      case 'stopped':
        this.say(`Stopped after step ${reply.step} of ${reply.steps}. Press Continue to resume.`);
        this.#enter('stopped');
        break;
      case 'done':
        this.get('parameters').textContent = String(reply.parameters);
        this.get('seconds').textContent = `${reply.seconds.toFixed(1)} s`;
        this.say('Done. The coefficients are those of the best epoch.');
        this.root.querySelector('fieldset')!.disabled = false;
        this.#enter('idle');
        break;
      case 'answer':
        this.get('answer').textContent =
          `${reply.label.replaceAll('_', ' ')} (${percent(reply.probability, 0)})`;
        break;
      case 'error':
        this.fail(reply.message);
        break;
    }
  }

  #ask(): void {
    const value = (id: string) => this.get<HTMLInputElement>(id).value;
    this.get('answer').textContent = '…';
    this.send({ type: 'answer', texts: [value('text'), value('claim')] });
  }
}

customElements.define('scalearn-demo', ScalearnDemo);
