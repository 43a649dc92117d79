import { existsSync, readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

/** Written by typedoc, just before the site is built. */
const docs = new URL('../', import.meta.url);
const file = new URL('api/typedoc-sidebar.json', docs);

/**
 * The sidebars of the API reference by path: all packages at its start, then one package at a time. One sidebar of
 * everything would be a part of every page's HTML. The names of a package are grouped by the folder or file of its
 * sources that they come from: a function stands beside the types of its options.
 */
export function apiSidebars(): DefaultTheme.SidebarMulti {
  if (!existsSync(file)) return {};
  const packages: Item[] = JSON.parse(readFileSync(file, 'utf8'));
  const start: Item[] = packages.map(({ text, link }) => ({ text, link }));
  const each = packages.map((item) => [item.link, [{ ...item, items: grouped(item), collapsed: false }]]);
  return { '/api/': start, ...Object.fromEntries(each) };
}

/** Titles of folders and files whose names say too little. */
const titles: Readonly<Record<string, string>> = {
  autodiff: 'Gradients',
  families: 'Families of encoders',
  hub: 'The hub',
  humset: 'HumSet',
  index: 'General',
  miniglue: 'MiniGLUE',
  nn: 'Layers',
  ops: 'Operations',
  optim: 'Optimizers',
  own: 'Your own files',
  pcg64: 'Random numbers',
  random: 'Random numbers',
};

/** typedoc's groups of one kind, in the order in which their names are listed. */
const kinds = ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'];

/** Groups the names of a package, or of each of its entries. */
function grouped({ items = [] }: Item): Item[] {
  const isKind = ({ text = '' }: Item): boolean => kinds.includes(text);
  if (!items.some(isKind))
    return items.map((entry) => (entry.items ? { ...entry, items: grouped(entry) } : entry));
  const groups = new Map<string, Item[]>();
  for (const kind of items.toSorted((a, b) => kinds.indexOf(a.text ?? '') - kinds.indexOf(b.text ?? '')))
    for (const item of kind.items ?? []) {
      const topic = topicOf(item);
      groups.set(topic, [...(groups.get(topic) ?? []), item]);
    }
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([text, names]) => ({ text, items: names, collapsed: true }));
}

/** Returns the topic of a page: the folder of the sources, or the file, that defines its name. */
function topicOf({ link = '' }: Item): string {
  const page = readFileSync(new URL(link.slice(1), docs), 'utf8');
  const [, path = 'index'] = /^Defined in: \[packages\/[^/]+\/src\/([^:\]]+)\.ts/m.exec(page) ?? [];
  const name = path.split('/')[0] ?? path;
  const words = name.replaceAll('-', ' ');
  return titles[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
