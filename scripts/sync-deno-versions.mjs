// Copies each package's version from package.json, which changesets raises, to deno.json, which it does not know.
// With --check it writes nothing and fails when one differs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const check = process.argv.includes('--check');
const packages = new URL('../packages/', import.meta.url);

for (const name of readdirSync(packages)) {
  const { version } = JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8'));
  const file = new URL(`${name}/deno.json`, packages);
  const text = readFileSync(file, 'utf8');
  // As text, so that the file keeps its layout.
  const synced = text.replace(/("version":\s*")[^"]*/, `$1${version}`);
  if (synced === text) continue;
  if (check) {
    console.error(
      `packages/${name}/deno.json is not at version ${version}: run node scripts/sync-deno-versions.mjs`,
    );
    process.exitCode = 1;
  } else {
    writeFileSync(file, synced);
    console.log(`packages/${name}/deno.json: ${version}`);
  }
}
