import * as fc from 'fast-check';
import { hostileTexts, hostileValue, Raw } from './hostile.ts';
import { utf8 } from './target.ts';

/** An object whose keys may be repeated. */
class Entries {
  readonly list: [string, unknown][];
  constructor(list: [string, unknown][]) {
    this.list = list;
  }
}

function treeOf(value: unknown): unknown {
  if (value instanceof Raw) return value;
  if (Array.isArray(value)) return value.map(treeOf);
  if (typeof value === 'object' && value !== null)
    return new Entries(Object.entries(value).map(([key, part]) => [key, treeOf(part)]));
  return value;
}

function textOfTree(tree: unknown): string {
  if (tree instanceof Raw) return tree.text;
  if (Array.isArray(tree)) return `[${tree.map(textOfTree).join(',')}]`;
  if (tree instanceof Entries)
    return `{${tree.list.map(([key, part]) => `${JSON.stringify(key)}:${textOfTree(part)}`).join(',')}}`;
  return JSON.stringify(tree) ?? 'null';
}

const edit = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'twice', 'add', 'rename', 'copy'),
  at: fc.nat(2 ** 20),
  other: fc.nat(2 ** 20),
  value: hostileValue,
  text: fc.constantFrom(...hostileTexts),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** A value in a tree, and its parent. */
interface Place {
  get(): unknown;
  set(value: unknown): void;
  remove(): void;
  twice(value: unknown): void;
  rename(key: string): void;
}

/** Maximum number of visited entries of a list or an object. More would not add variety. */
const mostPlaces = 60;

function placesOf(root: { tree: unknown }): Place[] {
  const places: Place[] = [];
  const walk = (place: Place): void => {
    places.push(place);
    const value = place.get();
    if (Array.isArray(value))
      for (let i = 0; i < Math.min(value.length, mostPlaces); i++)
        walk({
          get: () => value[i],
          set: (part) => {
            value[i] = part;
          },
          remove: () => void value.splice(i, 1),
          twice: (part) => void value.splice(i, 0, part),
          rename: () => {},
        });
    if (value instanceof Entries)
      for (const entry of value.list.slice(0, mostPlaces))
        walk({
          get: () => entry[1],
          set: (part) => {
            entry[1] = part;
          },
          remove: () => void value.list.splice(value.list.indexOf(entry), 1),
          twice: (part) => void value.list.push([entry[0], part]),
          rename: (key) => {
            entry[0] = key;
          },
        });
  };
  walk({
    get: () => root.tree,
    set: (value) => {
      root.tree = value;
    },
    remove: () => {
      root.tree = null;
    },
    twice: () => {},
    rename: () => {},
  });
  return places;
}

function apply(root: { tree: unknown }, { kind, at, other, value: given, text }: Edit): void {
  // A separate copy, because the next step may change it.
  const value = treeOf(given);
  const places = placesOf(root);
  const place = places[at % places.length] as Place;
  const current = place.get();
  if (kind === 'replace') place.set(value);
  if (kind === 'remove') place.remove();
  if (kind === 'twice') place.twice(other % 2 === 0 ? value : copyOf(current));
  if (kind === 'rename') place.rename(text);
  if (kind === 'copy') place.set(copyOf((places[other % places.length] as Place).get()));
  if (kind !== 'add') return;
  if (current instanceof Entries) current.list.push([text, value]);
  else if (Array.isArray(current)) current.push(value);
  else place.set(value);
}

/** Returns a copy, because a tree that contains itself has no text. */
const copyOf = (tree: unknown): unknown =>
  tree instanceof Entries
    ? new Entries(tree.list.map(([key, part]) => [key, copyOf(part)]))
    : Array.isArray(tree)
      ? tree.map(copyOf)
      : tree;

/** Returns the text of a JSON value with some parts replaced, removed, renamed or repeated. */
export function mutatedJsonText(value: unknown, least = 1): fc.Arbitrary<string> {
  return fc.array(edit, { minLength: least, maxLength: 4, size: 'small' }).map((edits) => {
    const root = { tree: treeOf(value) };
    for (const step of edits) apply(root, step);
    return textOfTree(root.tree);
  });
}

/** Returns the same as bytes of a file. */
export function mutatedJson(value: unknown, least = 1): fc.Arbitrary<Uint8Array> {
  return mutatedJsonText(value, least).map(utf8);
}
