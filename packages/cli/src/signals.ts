const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls a function at every signal that asks the process to stop. This module imports nothing, so that it can be used
 * before the rest is loaded.
 *
 * @returns a function that removes the handlers
 */
export function onSignals(stop: () => void): () => void {
  for (const name of signals) process.on(name, stop);
  return () => {
    for (const name of signals) process.off(name, stop);
  };
}
