// Messages of the bootstrap scripts. They go to standard error: standard output belongs to the command.

export const say = (text) => process.stderr.write(`scalearn: ${text}\n`);
