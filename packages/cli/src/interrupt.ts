import { StoppedError } from './errors.ts';
import { onSignals } from './signals.ts';

/**
 * Converts the first signal to stop into an abort; the second ends the process at once. Every file is replaced
 * atomically, so no file is left half-written.
 *
 * @param broken stops the work like a signal when output fails
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  broken?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new StoppedError('Interrupted; nothing was changed.'));
  const settled = onSignals(() => {
    if (controller.signal.aborted) process.exit(130);
    abort();
  });
  if (broken?.aborted) abort();
  broken?.addEventListener('abort', abort);
  try {
    return await work(controller.signal);
  } finally {
    settled();
    broken?.removeEventListener('abort', abort);
  }
}
