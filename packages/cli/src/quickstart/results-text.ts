import { table } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { heatMapText } from './heat-map-text.ts';
import { nameOf } from './plan.ts';
import type { QuickstartResults } from './results.ts';

/** Characters of a line if the width is not known. */
export const usualColumns = 80;

/** Formats the table of scores, the coefficients, the location of the files and the next commands. */
export function resultsText(results: QuickstartResults, out: string, terminal: Terminal): string {
  const { columns = usualColumns, colors = false } = terminal;
  const coefficients = results.coefficients.map((each) => ({ ...each, name: nameOf(each.method) }));
  const map = heatMapText(coefficients, { columns, colors });
  const next = Object.entries(nextCommands()).map(([what, line]) => `${what}\n  ${line}\n`);
  return `
${resultTable(results)}
How much of each source a method has learned to use${averaged(results)}; ${startText(results, colors)}:

${map}
Saved in ${out}: report.html, results.json, every model${results.merged ? ', and merged, one plain adapter' : ''}.

${next.join('')}`;
}

function resultTable({ methods, baseline, task, seeds }: QuickstartResults): string {
  const head = ['method', 'parameters', baseline.metric, 'seconds'];
  const rows = methods.map(({ method, parameters, mean, std, seconds }) => [
    nameOf(method),
    parameters.toLocaleString('en-US'),
    `${score(mean)}${std === null ? '' : ` ± ${score(std)}`}`,
    seconds.toFixed(1),
  ]);
  const spread = seeds.length > 1 ? `mean ± standard deviation of ${seeds.length} seeds` : 'one seed';
  const base = [baselineName(baseline.method), '–', score(baseline.score).padEnd(spreadWidth(rows)), ''];
  return `${table([head, ...rows, base])}\n${task}, test split, ${spread}; parameters without those of the head\n`;
}

/** Returns the width of the deviations. The baseline has none; its score is aligned with the others'. */
const spreadWidth = (rows: readonly (readonly string[])[]): number =>
  Math.max(...rows.map((row) => row[2]?.length ?? 0));

export const baselineName = (method: string): string =>
  method === 'majority' ? 'majority class' : 'mean label';

const score = (value: number | null): string => (value === null ? 'undefined' : value.toFixed(3));

const averaged = ({ seeds }: QuickstartResults): string => (seeds.length > 1 ? ', the mean over seeds' : '');

function startText({ coefficients }: QuickstartResults, colors: boolean): string {
  const starts = [...new Set(coefficients.map(({ start }) => start.toFixed(2)))].join(' or ');
  return `all began at ${starts}${colors ? ', blue has grown, orange has shrunk' : ''}`;
}

/** Returns commands for the next steps, by their purpose. */
export function nextCommands(): Record<string, string> {
  const train = `${commandName()} train`;
  const encoder = '--encoder FacebookAI/roberta-base';
  return {
    'Rows of your own, in a file with the columns text and label:': `${train} --task reviews.csv ${encoder} --out runs/reviews`,
    'Another encoder:': `${train} --task miniglue/rte --encoder microsoft/MiniLM-L12-H384-uncased --out runs/minilm`,
    'The real GLUE:': `${train} --task glue/rte --data glue ${encoder} --out runs/rte`,
  };
}

/** Returns how this command was called. */
function commandName(): string {
  const { npm_lifecycle_event: script, npm_command: npm } = process.env;
  if (script === 'start') return 'npm start --';
  return npm === 'exec' ? 'npx scalearn' : 'scalearn';
}
