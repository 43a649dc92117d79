import type { LoadEncoderOptions } from '@scalearn/encoders';
import type { OnDownload } from '@scalearn/hub';
import type { Reporter } from './events.ts';

/** Reports how many bytes of a file from the hub have arrived. */
export function downloadProgress({ progress }: Pick<Reporter, 'progress'>): OnDownload {
  return (_, done, total) => progress({ event: 'progress', phase: 'download', done, total });
}

/**
 * Returns options of `loadEncoder` that report the progress of slow steps.
 *
 * @param signal stops a download at once
 */
export function loadingProgress(
  { progress }: Pick<Reporter, 'progress'>,
  signal: AbortSignal | undefined,
): Pick<LoadEncoderOptions, 'onProgress' | 'onDownload' | 'signal'> {
  return {
    signal,
    onProgress: (done, total) => progress({ event: 'progress', phase: 'weights', done, total }),
    onDownload: downloadProgress({ progress }),
  };
}
