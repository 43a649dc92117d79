// Draws the pictures of README and docs from a finished quickstart: the end of its output in the terminal, and the top
// of its report.
// Usage: node --conditions=@scalearn/source scripts/pictures.ts [runs/quickstart]
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AnsiUp } from 'ansi_up';
import { chromium } from 'playwright';
import type { QuickstartResults } from '../packages/cli/src/quickstart/results.ts';
import { resultsText } from '../packages/cli/src/quickstart/text.ts';

const [folder = 'runs/quickstart'] = process.argv.slice(2);
const pictures = fileURLToPath(new URL('../docs/public/', import.meta.url));

const results = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) as QuickstartResults;
const text = resultsText(results, 'runs/quickstart', {
  ...{ out: () => {}, err: () => {}, interactive: true },
  ...{ columns: 88, colors: true },
});
const lines = new AnsiUp().ansi_to_html(`$ npm start\n…\n${text.trimEnd()}`);
const terminal = `<!doctype html><meta charset="utf-8"><body style="margin:0"><pre style="
  display:inline-block; margin:0; padding:20px 24px; background:#1b1e23; color:#d4d4d4;
  font:14px/1.35 'DejaVu Sans Mono',monospace">${lines}</pre>`;

await mkdir(pictures, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: { width: 900, height: 1300 } });
  await page.setContent(terminal);
  await page.locator('pre').screenshot({ path: join(pictures, 'quickstart-terminal.png') });
  await page.goto(pathToFileURL(resolve(folder, 'report.html')).href);
  await page.screenshot({ path: join(pictures, 'quickstart-report.png') });
} finally {
  await browser.close();
}
