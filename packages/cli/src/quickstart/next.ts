/** Command lines to go on with, by what they are for. */
export function nextCommands(): Record<string, string> {
  const train = `${commandName()} train`;
  const encoder = '--encoder FacebookAI/roberta-base';
  return {
    'Rows of your own, in a file with the columns text and label:': `${train} --task reviews.csv ${encoder} --out runs/reviews`,
    'Another encoder:': `${train} --task miniglue/rte --encoder microsoft/MiniLM-L12-H384-uncased --out runs/minilm`,
    'The real GLUE:': `${train} --task glue/rte --data glue ${encoder} --out runs/rte`,
  };
}

/** How this command was called. */
function commandName(): string {
  const { npm_lifecycle_event: script, npm_command: npm } = process.env;
  if (script === 'start') return 'npm start --';
  return npm === 'exec' ? 'npx scalearn' : 'scalearn';
}
