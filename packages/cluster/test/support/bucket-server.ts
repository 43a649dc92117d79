// An S3 server of another project: moto's, which honors `If-None-Match`. `scripts/install-cluster-servers.sh` installs it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const places = [...(process.env.PATH ?? '').split(delimiter), '/opt/scalearn-servers/bin'];
const program = places.map((place) => join(place, 'moto_server')).find((path) => existsSync(path));

/** Why there is no server on this machine; undefined if there is one. */
export const bucketNeed: string | undefined = program
  ? undefined
  : 'needs moto_server: bash scripts/install-cluster-servers.sh as root, or pip install "moto[server,s3]"';

export interface BucketServer {
  readonly url: string;
  /** Makes an empty bucket. */
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** The variables with which a bucket of this server is reached. */
export const bucketEnvironment = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

export async function startBucketServer(): Promise<BucketServer> {
  if (!program) throw new Error(bucketNeed);
  const port = await freePort();
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', detached: true });
  const url = `http://127.0.0.1:${port}`;
  const end = (): void => endGroup(child);
  process.on('exit', end);
  for (let tries = 0; !(await fetch(url).then(isTrue, isFalse)); tries++) {
    if (tries === 300 || child.exitCode !== null) throw new Error(`${program} did not start`);
    await setTimeout(100);
  }
  return {
    url,
    createBucket: async (name) => {
      const response = await fetch(`${url}/${name}`, { method: 'PUT' });
      if (!response.ok) throw new Error(`the bucket ${name} was not created: ${await response.text()}`);
    },
    stop: async () => {
      process.off('exit', end);
      const ended = once(child, 'exit');
      end();
      await ended;
    },
  };
}

/** A program in Python may be started by others, which stay. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const isTrue = (): boolean => true;
const isFalse = (): boolean => false;
