// Makes pages of the reports that are kept as JSON in experiments/results: their tables for the site, and the whole
// report, figures included, as a file of its own.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { baselineMethods } from '@scalearn/baselines';
import { coreMethods } from '@scalearn/core/methods';
import { experimentReport, parseReportData } from '@scalearn/report';

const here = (path: string): URL => new URL(path, import.meta.url);
const kept = here('../experiments/results/');
const methods = [...coreMethods, ...baselineMethods];

/** Their tests take minutes, so a build of the site leaves them out. `scalearn report` shows them. */
const slow = ['transfer-mini.json'];

await mkdir(here('results/'), { recursive: true });
await mkdir(here('public/reports/'), { recursive: true });
for (const file of (await readdir(kept)).filter((name) => name.endsWith('.json') && !slow.includes(name))) {
  const name = basename(file, '.json');
  const data = parseReportData(await readFile(new URL(file, kept), 'utf8'), file);
  await writeFile(here(`public/reports/${name}.html`), experimentReport(data, 'html', methods));
  await writeFile(here(`results/${name}.md`), page(name, experimentReport(data, 'markdown', methods)));
}

/** The tables below what says where they are from. */
function page(name: string, report: string): string {
  const [title = '', ...rest] = report.split('\n');
  const source = 'https://github.com/scalearn/scalearn/tree/main/experiments';
  return [
    title,
    '',
    `[The same with figures](/reports/${name}.html){target="_self"}. Made from [${name}.json](${source}/results/${name}.json),`,
    `which \`scalearn report\` reads, and which \`scalearn run\` and \`scalearn report\` made from [${name}.yaml](${source}/${name}.yaml).`,
    ...rest,
  ].join('\n');
}
