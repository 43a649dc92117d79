// `npm run pack -- FOLDER` builds the packages and writes them as `.tgz` files, as they are published.
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bin, environment, root, userFolder } from './places.mjs';
import { run } from './run.mjs';

const filter = '--filter=./packages/*';

export async function pack([name = 'packed']) {
  const folder = resolve(userFolder, name);
  const options = { cwd: root, env: environment, stdio: ['ignore', 'ignore', 'inherit'] };
  const built = await run(join(bin, 'turbo'), ['run', 'build', filter, '--output-logs=errors-only'], options);
  if (built !== 0) throw new Error('the packages could not be built; see above');
  mkdirSync(folder, { recursive: true });
  const packed = await run(join(bin, 'pnpm'), ['-r', filter, 'pack', '--pack-destination', folder], options);
  if (packed !== 0) throw new Error(`the packages could not be packed into ${folder}; see above`);
  for (const file of readdirSync(folder).filter((file) => file.endsWith('.tgz')))
    console.log(join(folder, file));
  return 0;
}
