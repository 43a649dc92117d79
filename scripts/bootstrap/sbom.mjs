// `npm run sbom -- FOLDER` writes a CycloneDX file for each package: what its users get with it, with versions and licenses.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bin, environment, root, userFolder } from './places.mjs';
import { run } from './run.mjs';

export async function sbom([name = 'sbom']) {
  const folder = resolve(userFolder, name);
  mkdirSync(folder, { recursive: true });
  // Users do not get peers with a package; they choose them.
  const what = ['--filter=./packages/*', '--split', '--prod', '--exclude-peers'];
  const how = ['--sbom-format', 'cyclonedx', '--out', join(folder, '%s.cdx.json')];
  const written = await run(join(bin, 'pnpm'), ['sbom', ...what, ...how], { cwd: root, env: environment });
  if (written !== 0) throw new Error(`pnpm could not write ${folder}; see above`);
  return 0;
}
