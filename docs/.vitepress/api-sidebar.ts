import { existsSync, readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';

/** Written by typedoc, just before the site is built. */
const file = new URL('../api/typedoc-sidebar.json', import.meta.url);

/**
 * The sidebars of the API reference by path: all packages at its start, then one package at a time. One sidebar of
 * everything would be a part of every page's HTML.
 */
export function apiSidebars(): DefaultTheme.SidebarMulti {
  if (!existsSync(file)) return {};
  const packages: DefaultTheme.SidebarItem[] = JSON.parse(readFileSync(file, 'utf8'));
  const start: DefaultTheme.SidebarItem[] = packages.map(({ text, link }) => ({ text, link }));
  const each = packages.map((item) => [item.link, [{ ...item, collapsed: false }]]);
  return { '/api/': start, ...Object.fromEntries(each) };
}
