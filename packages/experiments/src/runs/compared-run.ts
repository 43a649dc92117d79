import type { RunFile } from './run-schema.ts';

/**
 * Returns what two trainings of one model have in common in `run.json`: all but what is measured (time, memory), the places of
 * files, and the version and device that it was made with. On devices of one kind it is equal, and so are all other
 * files that the run lists, byte for byte.
 */
export function comparedRun(run: RunFile): unknown {
  const { seconds: _, tokensPerSecond: __, device, version: ___, settings, ...rest } = run;
  const { encoder, data, sources, tasks } = run;
  const { encoder: ____, data: _____, sources: ______, ...options } = settings;
  return {
    ...rest,
    device: device.kind,
    settings: {
      ...options,
      ...(settings.tasks && { tasks: settings.tasks.map(({ data: _, ...task }) => task) }),
    },
    encoder: { fingerprint: encoder.fingerprint, shape: encoder.shape },
    data: withoutPath(data),
    sources: sources.map(withoutPath),
    ...(tasks && { tasks: tasks.map((task) => ({ ...task, data: withoutPath(task.data) })) }),
  };
}

function withoutPath<T extends { readonly path: unknown }>({ path: _, ...rest }: T): Omit<T, 'path'> {
  return rest;
}
