import type { LoadEncoderOptions } from '@scalearn/encoders';
import type { OnDownload } from '@scalearn/hub';
import type { ProgressEvent, Reporter } from './events.ts';
import { count } from './format.ts';

const phases: Readonly<Record<ProgressEvent['phase'], { readonly doing: string; readonly unit?: string }>> = {
  download: { doing: 'downloading' },
  weights: { doing: 'reading weights' },
  tokenize: { doing: 'tokenising', unit: 'texts' },
  compile: { doing: 'compiling', unit: 'kernels' },
  evaluate: { doing: 'evaluating', unit: 'rows' },
};

/** What is being done, and how far it has come. */
export function phaseParts({ phase, done, total }: ProgressEvent): string[] {
  const { doing, unit } = phases[phase];
  if (total <= 1) return [doing];
  if (unit === undefined) return [doing, `${Math.floor((100 * done) / total)} %`];
  return [doing, `${count(done)} of ${count(total)} ${unit}`];
}

/** Reports how many bytes of a file from the hub have arrived. */
export function downloadProgress({ progress }: Pick<Reporter, 'progress'>): OnDownload {
  return (_, done, total) => progress({ event: 'progress', phase: 'download', done, total });
}

/**
 * Options of `loadEncoder` that report what takes a while.
 *
 * @param signal ends a download at once
 */
export function loadingProgress(
  { progress }: Pick<Reporter, 'progress'>,
  signal: AbortSignal,
): Pick<LoadEncoderOptions, 'onProgress' | 'onDownload' | 'signal'> {
  return {
    signal,
    onProgress: (done, total) => progress({ event: 'progress', phase: 'weights', done, total }),
    onDownload: downloadProgress({ progress }),
  };
}
