// The built example page trains in Chromium, on WebGPU and in ONNX Runtime's WebAssembly.
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { picture } from '../support/browser.ts';
import { useExamplePage } from '../support/example-page.ts';

const site = useExamplePage('browser-train');

/** Opens the page with a short run on a device: two steps per epoch. */
async function open(device: string, scheme: 'light' | 'dark', epochs: number): Promise<Page> {
  const page = await site.browser.newPage({ colorScheme: scheme, viewport: { width: 1000, height: 900 } });
  await page.goto(site.url);
  const settings = { rows: '32', 'test-rows': '64', epochs: String(epochs) };
  await page.locator('scalearn-demo').evaluate((demo, given) => {
    for (const [name, value] of Object.entries(given)) demo.setAttribute(name, value);
  }, settings);
  await demoOf(page).locator('#device').selectOption(device);
  return page;
}

/** The demo; the page has another one for a visitor's own file. */
const demoOf = (page: Page) => page.locator('scalearn-demo');

const shows = (page: Page, text: RegExp) =>
  demoOf(page).locator('#status').filter({ hasText: text }).waitFor({ timeout: 200_000 });
const number = async (page: Page, id: string): Promise<number> =>
  Number.parseFloat((await demoOf(page).locator(id).textContent()) ?? '');

describe('the page', () => {
  test.for([
    ['webgpu', 'dark', /WebGPU/],
    ['onnx', 'light', /ONNX Runtime/],
  ] as const)('trains on %s', { timeout: 280_000 }, async ([device, scheme, where], context) => {
    if (site.skip) return context.skip(site.skip);
    const page = await open(device, scheme, 2);
    // Otherwise WebAssembly would have one thread.
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await demoOf(page).getByRole('button', { name: 'Train' }).click();
    await shows(page, /^Done/);
    expect(await demoOf(page).locator('#where').textContent()).toMatch(where);
    expect(await number(page, '#before')).toBeGreaterThan(0);
    expect(await number(page, '#after')).toBeGreaterThan(50);
    expect(await number(page, '#parameters')).toBe(7);
    // All steps and epochs are drawn.
    expect(await demoOf(page).locator('#curve circle').count()).toBe(2);
    expect(await demoOf(page).locator('#curve path.training').getAttribute('d')).toMatch(
      /^(?:[ML][\d. -]+){4}$/,
    );
    expect(await demoOf(page).locator('#bars .bar').count()).toBe(7);

    await demoOf(page).getByRole('button', { name: 'Ask' }).click();
    const answer = demoOf(page)
      .locator('#answer')
      .filter({ hasText: /^(not )?entailment \(\d+ %\)$/ });
    await answer.waitFor({ timeout: 60_000 });
    await picture(page, `browser-train-${device}`);

    // The page fits the width of a phone.
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await picture(page, `browser-train-${device}-narrow`);
    await page.close();
  });

  test('stops, and goes on from there', { timeout: 280_000 }, async (context) => {
    if (site.skip) return context.skip(site.skip);
    const page = await open('onnx', 'light', 10);
    await demoOf(page).getByRole('button', { name: 'Train' }).click();
    await demoOf(page).locator('#curve circle').first().waitFor({ state: 'attached', timeout: 200_000 });
    await demoOf(page).getByRole('button', { name: 'Stop' }).click();
    await shows(page, /^Stopped after step \d+ of 20/);
    await demoOf(page).getByRole('button', { name: 'Continue' }).click();
    await shows(page, /^Done/);
    expect(await demoOf(page).locator('#curve circle').count()).toBe(10);
    await page.close();
  });
});
