// The built page of an example, in Chromium.
import type { Browser } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { browserNeeds, openBrowser } from './browser.ts';
import { copyExample, examplesNeed } from './example.ts';
import { type BuiltPage, buildPage } from './vite.ts';

/** A page and a browser, which exist while the tests of a file run. */
export interface ExamplePage {
  /** Why the page cannot be tested here; undefined if it can. */
  readonly skip: string | undefined;
  readonly browser: Browser;
  /** Address of the page. */
  readonly url: string;
}

/**
 * Builds an example's page before the tests of a file, and closes it after them.
 *
 * @param prepare changes the copied example before it is built; by default it is built as it is
 */
export function useExamplePage(
  name: string,
  prepare: (folder: string) => Promise<unknown> = async () => {},
): ExamplePage {
  const skip = examplesNeed ?? browserNeeds;
  let example: ReturnType<typeof copyExample> | undefined;
  let built: BuiltPage | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (skip) return;
    example = copyExample(name);
    await prepare(example.folder);
    built = await buildPage(example.folder);
    browser = await openBrowser();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await built?.close();
    example?.[Symbol.dispose]();
  });
  return {
    skip,
    get browser() {
      return browser!;
    },
    get url() {
      return built!.url;
    },
  };
}
