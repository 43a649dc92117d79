// A database with a certificate that nobody has signed but itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Queue } from '../../src/queue/queue.ts';
import { type Certificate, type Database, databaseNeed, startDatabase } from '../support/database.ts';
import { describeWith } from '../support/needs.ts';

const opensslNeed = spawnSync('openssl', ['version']).status === 0 ? undefined : 'needs the program openssl';

describeWith('a queue with TLS', [databaseNeed, opensslNeed], () => {
  const folder = mkdtempSync(join(tmpdir(), 'scalearn-tls-'));
  let database: Database;
  let url: string;
  const certificate = (name: string, host: string): Certificate => {
    const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    const subject = ['-subj', '/CN=scalearn', '-addext', `subjectAltName=${host}`, '-days', '2'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const args = ['req', '-x509', ...key, '-keyout', files.key, '-out', files.cert, ...subject];
    execFileSync('openssl', args, { stdio: 'pipe' });
    return files;
  };
  beforeAll(async () => {
    database = await startDatabase(certificate('server', 'IP:127.0.0.1'));
    url = database.create('tls');
  });
  afterAll(() => {
    database.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(['', '?sslmode=disable', '?sslmode=require'])('is opened with %s', async (query) => {
    const queue = await Queue.open(url + query, { numerics: '1' });
    const used = database.query(
      'tls',
      "SELECT bool_or(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity USING (pid) WHERE application_name = 'scalearn'",
    );
    expect(used.trim()).toBe(query.endsWith('require') ? 't' : 'f');
    await queue.close();
  });

  test('is opened if the certificate is the one that was expected, and for this server', async () => {
    const file = encodeURIComponent(join(folder, 'server.crt'));
    for (const mode of ['verify-ca', 'verify-full']) {
      const queue = await Queue.open(`${url}?sslmode=${mode}&sslrootcert=${file}`, { numerics: '1' });
      await queue.close();
    }
  });

  test('is refused in one sentence otherwise', async () => {
    const other = encodeURIComponent(certificate('other', 'IP:127.0.0.1').cert);
    const queries = ['sslmode=verify-full', `sslmode=verify-full&sslrootcert=${other}`];
    const named = url.replace('127.0.0.1', 'localhost');
    const own = encodeURIComponent(join(folder, 'server.crt'));
    const urls = [
      ...queries.map((query) => `${url}?${query}`),
      `${named}?sslmode=verify-full&sslrootcert=${own}`,
    ];
    for (const each of urls) {
      const error: unknown = await Queue.open(each, { numerics: '1', patience: { limit: 0 } }).catch(
        (e) => e,
      );
      expect(error, each).toMatchObject({ name: 'QueueError', reason: 'url' });
      const { message } = error as Error;
      expect(message).toMatch(/^postgres:[^ ]+: no secure connection \(.+\); check sslmode in the address$/);
      expect(message).not.toContain('secret');
    }
  });
});
