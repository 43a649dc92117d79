// An npm registry on this machine. Packages are published to it as in a release, and installed from it by name.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runServer } from 'verdaccio';
import { mustRun } from './process.ts';
import { npmEnvironment } from './project.ts';
import { root } from './repository.ts';

export interface Registry {
  readonly url: string;
  /** Publishes the `.tgz` files of a folder. Resolves to what the release would print. */
  publish(folder: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the registry, with its files in a folder. It passes on other packages from npm's registry. */
export async function startRegistry(folder: string): Promise<Registry> {
  const { stdout } = await mustRun('npm', ['config', 'get', 'registry'], {
    cwd: folder,
    env: npmEnvironment,
  });
  const ours = { access: '$all', publish: '$all' };
  const server: Server = await runServer({
    storage: join(folder, 'storage'),
    self_path: folder,
    uplinks: { npm: { url: stdout.trim() } },
    packages: { '@scalearn/*': ours, scalearn: ours, '**': { access: '$all', proxy: 'npm' } },
    log: { type: 'stdout', format: 'pretty', level: 'error' },
    web: { enable: false },
    max_body_size: '100mb',
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}/`;
  const env = {
    ...npmEnvironment,
    npm_config_registry: url,
    // npm publishes only with a token; this registry takes any.
    [`npm_config_//${host}/:_authToken`]: 'any',
  };
  return {
    url,
    publish: async (tarballs) => {
      const script = join(root, 'scripts/publish.mjs');
      return (await mustRun(process.execPath, [script, tarballs], { cwd: folder, env })).stdout;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
