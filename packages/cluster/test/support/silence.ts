/** File beside the log with a line for each time that a worker was silent for too long: its machine was too busy. */
export const silenceOf = (log: string): string => `${log}.silent`;
