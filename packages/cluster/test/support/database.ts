// A PostgreSQL server of its own, in a temporary folder, on a free port. `scripts/install-cluster-servers.sh` installs it.
import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './bucket-server.ts';

const folders = existsSync('/usr/lib/postgresql')
  ? readdirSync('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin'))
  : [];
const bin = folders.find((folder) => existsSync(join(folder, 'initdb')));

/** PostgreSQL refuses to run as root. */
const owner = process.getuid?.() === 0 ? userOf('postgres') : undefined;

/** Why there is no server on this machine; undefined if there is one. */
export const databaseNeed: string | undefined = !bin
  ? 'needs PostgreSQL: bash scripts/install-cluster-servers.sh as root'
  : process.getuid?.() === 0 && !owner
    ? 'needs the user postgres'
    : undefined;

export interface Database {
  readonly url: string;
  /** Makes an empty database. @returns its URL */
  create(name: string): string;
  /** Runs statements in a database of {@link create}. */
  query(name: string, statements: string): string;
  /** Stops the server without waiting for clients, and starts it again. @param away milliseconds between the two */
  restart(away?: number): Promise<void>;
  stop(): void;
}

/** A certificate in PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** @param tls the server's certificate; without it, there is no TLS */
export async function startDatabase(tls?: Certificate): Promise<Database> {
  if (!bin) throw new Error(databaseNeed);
  const folder = mkdtempSync(join(tmpdir(), 'scalearn-postgres-'));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const port = await freePort();
  const data = join(folder, 'data');
  const options = { ...owner, cwd: folder, env: { ...process.env, LC_ALL: 'C', PGPASSWORD: 'secret' } };
  const program = (name: string, ...args: string[]): string =>
    execFileSync(join(bin, name), args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  program('initdb', '-D', data, '-U', 'scalearn', '-A', 'trust', '-E', 'UTF8', '--no-sync');
  appendFileSync(
    join(data, 'postgresql.conf'),
    `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '${folder}'\nfsync = off\nmax_connections = 200\n`,
  );
  if (tls) {
    for (const [name, path] of [
      ['server.crt', tls.cert],
      ['server.key', tls.key],
    ] as const) {
      writeFileSync(join(data, name), readFileSync(path), { mode: 0o600 });
      if (owner) chownSync(join(data, name), owner.uid, owner.gid);
    }
    appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n');
  }
  // Clients of the network give a password; the tests' own statements come through the socket.
  execFileSync('sed', [
    '-i',
    String.raw`s/^\(host .*127.*\)trust/\1scram-sha-256/`,
    join(data, 'pg_hba.conf'),
  ]);
  const control = (...args: string[]): string =>
    program('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), ...args);
  const sql = (database: string, statements: string): string =>
    program(
      'psql',
      '-qAt',
      '-h',
      folder,
      '-p',
      String(port),
      '-U',
      'scalearn',
      '-d',
      database,
      '-c',
      statements,
    );
  control('start');
  sql('postgres', "ALTER ROLE scalearn PASSWORD 'secret'");
  const end = (): void => {
    try {
      control('-m', 'immediate', 'stop');
    } catch {
      // It was stopped.
    }
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', end);
  const url = `postgres://scalearn:secret@127.0.0.1:${port}`;
  return {
    url,
    create: (name) => {
      sql('postgres', `CREATE DATABASE "${name}"`);
      return `${url}/${name}`;
    },
    query: sql,
    restart: async (away = 0) => {
      const asynchronous = promisify(execFile);
      const run = (...args: string[]) =>
        asynchronous(join(bin, 'pg_ctl'), ['-D', data, '-w', '-l', join(folder, 'log'), ...args], options);
      await run('-m', 'immediate', 'stop');
      await new Promise((resolve) => setTimeout(resolve, away));
      await run('start');
    },
    stop: () => {
      process.off('exit', end);
      end();
    },
  };
}

function userOf(name: string): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
