// `npm run faults -- experiment [OPTION...]` trains the small main table three times: alone; by three workers through a database
// and a bucket, one of which is killed and one frozen; and in a Slurm of one node, where a task is killed. Models and reports must be
// equal. `--out FOLDER` keeps the models, so that the same command continues; `--way queue` or `--way slurm` leaves out the
// other; all other options are those of `scalearn run`, such as `--seeds 0`.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import {
  bucketEnvironment,
  bucketNeed,
  startBucketServer,
} from '../../../cluster/test/support/bucket-server.ts';
import { databaseNeed, startDatabase } from '../../../cluster/test/support/database.ts';
import { slurmNeed, startSlurm } from '../../../cluster/test/support/slurm.ts';
import { comparedReport, modelsIn } from '../support/same-runs.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const bin = join(root, 'packages/cli/src/bin.ts');
const experiment = join(root, 'experiments/main-table-mini.yaml');
/** Takes an option of this program from the words. */
function take(name: string): string | undefined {
  const i = ofRun.indexOf(name);
  return i < 0 ? undefined : ofRun.splice(i, 2)[1];
}
const ofRun = process.argv.slice(2);
const place = take('--out');
const way = take('--way');
for (const missing of [databaseNeed, bucketNeed, slurmNeed])
  if (missing !== undefined) {
    console.error(`npm run faults -- experiment ${missing}`);
    process.exit(1);
  }

const folder = place ?? mkdtempSync(join(tmpdir(), 'scalearn-table-'));
mkdirSync(folder, { recursive: true });
const at = (...names: string[]): string => join(folder, ...names);
const training = ['--device', 'onnx', '--threads', '1'];
const run = (out: string, ...more: string[]): string[] => [
  ...['run', experiment, '--fast', ...ofRun, '--out', at(out), ...more, '--json'],
];
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** Starts a command line, whose output is appended to a file. */
function start(log: string, args: string[], environment: NodeJS.ProcessEnv = process.env): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=@scalearn/source', bin, ...args], {
    ...{ env: environment, stdio: ['ignore', 'pipe', 'inherit'] as const },
  });
  child.stdout?.pipe(createWriteStream(at(log), { flags: 'a' }));
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function must(child: ChildProcess): Promise<void> {
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  if (code !== 0) throw new Error(`${child.spawnargs.slice(3).join(' ')} ended with ${code}`);
}

async function reportOf(out: string): Promise<unknown> {
  const name = readdirSync(at(out)).find((each) => each.startsWith('main-table')) ?? '';
  const args = ['--conditions=@scalearn/source', bin, 'report', at(out, name), '--format', 'json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return comparedReport(await text(child.stdout));
}

function linesOf(log: string): { event: string; worker?: string }[] {
  if (!existsSync(at(log))) return [];
  const lines = readFileSync(at(log), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}
const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/** Says whether what was trained in another way is equal. */
async function compare(way: string, out: string, facts: Record<string, unknown>): Promise<boolean> {
  const models = await modelsIn(at(out, 'models'));
  const alone = await modelsIn(at('alone', 'models'));
  const different = Object.keys(models).filter((name) => !isDeepStrictEqual(models[name], alone[name]));
  const isReportEqual = isDeepStrictEqual(await reportOf(out), await reportOf('alone'));
  const count = Object.keys(models).filter((name) => name.endsWith('run.json')).length;
  console.log(JSON.stringify({ way, models: count, ...facts, different, isReportEqual }));
  return different.length === 0 && isReportEqual && count > 0;
}

const seconds = (began: number): number => Math.round((performance.now() - began) / 1000);
let isGood = true;
let began = performance.now();
await must(start('alone.log', [...run('alone'), ...training]));
console.log(JSON.stringify({ way: 'alone', seconds: seconds(began) }));

if (way !== 'slurm') {
  began = performance.now();
  const database = await startDatabase();
  const bucket = await startBucketServer();
  await bucket.createBucket('runs');
  const environment = { ...process.env, ...bucketEnvironment(bucket.url) };
  const places = ['--queue', database.create('table'), '--store', 's3://runs/table'];
  const follower = start('queue.log', run('queue', ...places), environment);
  const work = (): ChildProcess =>
    start('workers.log', ['work', ...places, ...training, '--until-empty', '--json'], environment);
  while (linesOf('queue.log').length === 0) await setTimeout(200);
  const workers = [work(), work(), work()];
  const [victim, sleeper] = workers as [ChildProcess, ChildProcess];
  const until = async (count: number): Promise<void> => {
    while (linesOf('workers.log').filter(({ event }) => event === 'commit').length < count)
      await setTimeout(500);
  };
  await until(2);
  victim.kill('SIGKILL');
  await until(4);
  sleeper.kill('SIGSTOP');
  await setTimeout(45_000);
  sleeper.kill('SIGCONT');
  await must(follower);
  for (const worker of workers) if (isRunning(worker)) await once(worker, 'exit');
  const events = linesOf('workers.log').map(({ event }) => event);
  const count = (name: string): number => events.filter((event) => event === name).length;
  const facts = { starts: count('start'), lost: count('lost'), unequal: count('different') };
  isGood &&= await compare('queue and bucket', 'queue', { seconds: seconds(began), ...facts });
  await bucket.stop();
  database.stop();
}

if (way !== 'queue') {
  began = performance.now();
  const slurm = await startSlurm(3);
  process.env.SLURM_CONF = slurm.environment.SLURM_CONF;
  const store = at(`slurm-store-${process.pid}`);
  const follower = start('slurm.log', [...run('slurm', '--slurm', '--store', store), ...training]);
  const pids = (): number[] => {
    try {
      const found = execFileSync('pgrep', ['-f', `work --store ${store} .*--key`]).toString();
      return found.trim().split('\n').map(Number);
    } catch {
      return [];
    }
  };
  const starts = (): unknown[] =>
    existsSync(store)
      ? readdirSync(store, { recursive: true }).filter((name) => String(name).endsWith('/start.json'))
      : [];
  // As many as there are CPUs, so that each of them has begun to train.
  while (starts().length < 3 || pids().length === 0) await setTimeout(500);
  await setTimeout(5000);
  // The script of a task names its command too, and is not this.
  const victim = pids().find((pid) => !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('slurm_script'));
  if (victim !== undefined) process.kill(victim, 'SIGKILL');
  await must(follower);
  isGood &&= await compare('Slurm', 'slurm', { seconds: seconds(began), starts: starts().length });
  slurm.stop();
}
if (isGood && place === undefined) rmSync(folder, { recursive: true, force: true });
console.log(isGood ? 'equal' : `not equal: ${folder}`);
process.exit(isGood ? 0 : 1);
