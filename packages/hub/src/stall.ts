import { type Send, withBody } from './send.ts';

/** No byte arrived for too long. */
export class StallError extends Error {
  override readonly name = 'StallError';

  constructor(milliseconds: number) {
    super(
      `nothing came for ${milliseconds / 1000} seconds (HF_HUB_DOWNLOAD_TIMEOUT sets how long is waited)`,
    );
  }
}

/**
 * Returns a `Send` that gives up if no byte arrives for a while, before the response or within its body, or at once if
 * the signal aborts. Time in which nobody reads does not count.
 *
 * @param milliseconds maximum time without a byte
 * @returns a `Send` that throws StallError or the reason of the signal, also while the body is read
 */
export function unlessStalled(send: Send, milliseconds: number, signal: AbortSignal | undefined): Send {
  return async (url, init) => {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const stop = (): void => controller.abort(signal?.reason);
    signal?.addEventListener('abort', stop);
    const gone = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
    });
    gone.catch(() => {});
    /** Limits the time of a step. A custom `fetch` may ignore signals. */
    const step = async <T>(work: Promise<T>): Promise<T> => {
      const timer = setTimeout(() => controller.abort(new StallError(milliseconds)), milliseconds);
      try {
        return await Promise.race([work, gone]);
      } catch (error) {
        end();
        throw controller.signal.aborted ? controller.signal.reason : error;
      } finally {
        clearTimeout(timer);
      }
    };
    const end = (): void => signal?.removeEventListener('abort', stop);
    const response = await step(send(url, { ...init, signal: controller.signal }));
    if (!response.body) {
      end();
      return response;
    }
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(to) {
          const { done, value } = await step(reader.read());
          if (!done) return to.enqueue(value);
          end();
          to.close();
        },
        cancel(reason) {
          end();
          return reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
    return withBody(response, body);
  };
}
