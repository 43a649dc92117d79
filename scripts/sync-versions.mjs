// Copies each package's version from package.json, which changesets raises, to files that changesets does not know: the
// package's deno.json, and the ranges in the examples. With --check it writes nothing and fails if one differs.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const check = process.argv.includes('--check');
const root = new URL('../', import.meta.url);
const folders = (name) =>
  readdirSync(new URL(name, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${name}/${entry.name}`);

const versions = new Map();
for (const folder of folders('packages')) {
  const { name, version } = JSON.parse(readFileSync(new URL(`${folder}/package.json`, root), 'utf8'));
  versions.set(name, version);
  // The file is edited as text, so that it keeps its layout.
  sync(`${folder}/deno.json`, (text) => text.replace(/("version":\s*")[^"]*/, `$1${version}`));
}
for (const folder of folders('examples')) {
  sync(`${folder}/package.json`, (text) =>
    text.replace(/"(@scalearn\/[^"]+)":\s*"[^"]*"/g, (found, name) =>
      versions.has(name) ? `"${name}": "^${versions.get(name)}"` : found,
    ),
  );
}

function sync(path, edit) {
  const file = new URL(path, root);
  if (!existsSync(file)) return;
  const text = readFileSync(file, 'utf8');
  const synced = edit(text);
  if (synced === text) return;
  if (check) {
    console.error(`${path} has another version than the packages: run node scripts/sync-versions.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, synced);
    console.log(`${path}: synced`);
  }
}
