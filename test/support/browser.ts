// Chromium for tests of complete pages.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why there is no browser here; undefined if there is one. */
export const browserNeeds: string | undefined = existsSync(executablePath)
  ? undefined
  : `${executablePath} is absent; CHROMIUM names another`;

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--disable-background-networking'],
  });

/** Saves a screenshot of the page, if SCALEARN_SCREENSHOTS names a folder for them. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCALEARN_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
