import { Worker } from 'node:worker_threads';
import { headerBytes, type Order, type Report, runsSlot, sharedBytes, startedSlot } from './messages.ts';
import { unpackFiles } from './packed-files.ts';

/** Limits in milliseconds: of CPU time, and of wall time for waiting. A busy machine gives little CPU time. */
const hangMilliseconds = 4000;
const waitMilliseconds = 60_000;

/** A worker and its supervision. A worker that hangs or dies is reported, ended, and replaced with the next order. */
export class WorkerHandle {
  readonly #shared = new SharedArrayBuffer(headerBytes + sharedBytes);
  readonly #header = new Float64Array(this.#shared, 0, headerBytes / 8);
  #worker: Worker | undefined;

  /** @param hang milliseconds of CPU time after which an input is given up */
  async run(order: Order, hang = hangMilliseconds): Promise<Report> {
    this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { shared: this.#shared },
      execArgv: ['--conditions=@scalearn/source'],
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
      stdout: true,
      stderr: true,
    });
    const worker = this.#worker;
    this.#header[startedSlot] = 0;
    return new Promise<Report>((resolve, reject) => {
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
        clearInterval(timer);
        worker.off('message', answered).off('error', failed).off('exit', ended);
      };
      const gone = (kind: string, detail: string): void => {
        if (isSettled) return;
        settle();
        this.#worker = undefined;
        worker.on('error', () => {});
        void worker.terminate();
        const files = unpackFiles(new Uint8Array(this.#shared, headerBytes).slice());
        resolve({ runs: 1, read: 0, refused: 0, known: {}, slowest: hang, failure: { kind, detail, files } });
      };
      const answered = (report: Report & { readonly broken?: string }): void => {
        settle();
        if (report.broken === undefined) resolve(report);
        else reject(new Error(report.broken));
      };
      const failed = (error: unknown): void => gone('crash', String(error));
      const ended = (code: number): void => gone('crash', `the thread ended with code ${code}`);
      // The last seen input: the number of inputs before it, and the CPU time when it was first seen.
      let seen: { readonly input: number; readonly before: number } | undefined;
      let isLooking = false;
      const look = async (): Promise<void> => {
        const started = this.#header[startedSlot] ?? 0;
        if (started > 0 && Date.now() - started > waitMilliseconds)
          gone('hang', `more than ${waitMilliseconds} ms`);
        // A busy thread may take longer to answer than the time between two checks.
        if (isLooking) return;
        isLooking = true;
        try {
          const input = this.#header[runsSlot] ?? 0;
          const { user, system } = await worker.cpuUsage();
          // The CPU time since then may belong to another input, or to none.
          if (started === 0 || this.#header[startedSlot] === 0 || this.#header[runsSlot] !== input) return;
          const used = (user + system) / 1000;
          if (seen?.input !== input) seen = { input, before: used };
          if (used - seen.before > hang) gone('hang', `more than ${hang} ms of CPU`);
        } finally {
          isLooking = false;
        }
      };
      // A thread that has ended has no usage. An event reports its end.
      const timer = setInterval(() => void look().catch(() => {}), 100);
      worker.on('message', answered).on('error', failed).on('exit', ended);
      worker.postMessage(order);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}
