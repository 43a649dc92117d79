import { StoppedError } from './errors.ts';
import { onSignals } from './signals.ts';

/**
 * Turns the first signal to stop into an abort; the second ends the process at once. Every file is replaced in one
 * step, so even that leaves nothing half-written.
 *
 * @param broken output that fails stops the work just as a signal does
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
