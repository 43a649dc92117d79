import { asFolderError, systemCode } from '../errors.ts';
import { oneLine } from './printable.ts';

let broken: AbortController | undefined;

/**
 * Watches standard output and standard error until the process ends: an error of theirs that nobody handles would end
 * it at once, with its state unsaved. A reader that has gone, as `head` does, is no news; anything else is reported.
 *
 * @returns aborted by the first error
 */
export function brokenOutput(): AbortSignal {
  if (broken) return broken.signal;
  const controller = new AbortController();
  broken = controller;
  const watch = (stream: NodeJS.WriteStream, what: string): void => {
    stream.on('error', (error) => {
      if (controller.signal.aborted) return;
      controller.abort(error);
      // Written later than the command has ended, it is a failure all the same.
      process.exitCode ||= 1;
      if (readerHasGone(error)) return;
      const { message } = asFolderError(error, `${what} could not be written`) as Error;
      if (stream !== process.stderr) process.stderr.write(`error: ${oneLine(message)}\n`);
    });
  };
  watch(process.stdout, 'standard output');
  watch(process.stderr, 'standard error');
  return controller.signal;
}

/** Whether output failed only because nobody reads it any more. */
export function readerHasGone(reason: unknown): boolean {
  return systemCode(reason) === 'EPIPE';
}
