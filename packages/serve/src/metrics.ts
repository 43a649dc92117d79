import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of a service in the text format of Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'scalearn_requests_total',
    help: 'Requests by model and HTTP status.',
    labelNames: ['model', 'status'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'scalearn_request_seconds',
    help: 'Seconds from a request to its answer.',
    labelNames: ['model'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers: [this.#registry],
  });
  readonly #batches = new Histogram({
    name: 'scalearn_batch_texts',
    help: 'Texts in a batch.',
    labelNames: ['model'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    registers: [this.#registry],
  });

  /** @param waiting returns the number of waiting texts of each model */
  constructor(waiting: () => Iterable<readonly [model: string, texts: number]>) {
    new Gauge({
      name: 'scalearn_waiting_texts',
      help: 'Texts that wait for a batch.',
      labelNames: ['model'],
      registers: [this.#registry],
      collect() {
        for (const [model, texts] of waiting()) this.set({ model }, texts);
      },
    });
  }

  request(model: string, status: number, seconds: number): void {
    this.#requests.inc({ model, status });
    this.#seconds.observe({ model }, seconds);
  }

  batch(model: string, texts: number): void {
    this.#batches.observe({ model }, texts);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
