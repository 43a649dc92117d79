const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls a function at every signal to stop. It imports nothing, so that it can be in place before the rest is loaded.
 *
 * @returns leaves the signals to the system again
 */
export function onSignals(stop: () => void): () => void {
  for (const name of signals) process.on(name, stop);
  return () => {
    for (const name of signals) process.off(name, stop);
  };
}
