// A Slurm of one node, for tests. `scripts/install-cluster-servers.sh` installs its programs.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './bucket-server.ts';

const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
const find = (name: string): string | undefined =>
  places.map((place) => join(place, name)).find((path) => existsSync(path));
const [munged, slurmctld, slurmd] = [find('munged'), find('slurmctld'), find('slurmd')];

/** Why there is no Slurm on this machine; undefined if there is one. */
export const slurmNeed: string | undefined =
  munged && slurmctld && slurmd && find('sbatch')
    ? undefined
    : 'needs Slurm: bash scripts/install-cluster-servers.sh as root';

export interface SlurmServer {
  /** Variables with which Slurm's programs find this one. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): void;
}

/** @param cpus of the node, each for one task */
export async function startSlurm(cpus: number, maxArraySize = 1001): Promise<SlurmServer> {
  if (!munged || !slurmctld || !slurmd) throw new Error(slurmNeed);
  const folder = mkdtempSync(join(tmpdir(), 'scalearn-slurm-'));
  const at = (name: string): string => join(folder, name);
  for (const name of ['state', 'spool']) mkdirSync(at(name));
  const node = hostname().split('.')[0] as string;
  const user = userInfo().username;
  const environment = { SLURM_CONF: at('slurm.conf') };
  writeFileSync(
    environment.SLURM_CONF,
    `ClusterName=test
SlurmctldHost=${node}(127.0.0.1)
SlurmctldPort=${await freePort()}
SlurmdPort=${await freePort()}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
# What is requeued waits until its credentials are over, here 5 seconds, the least.
AuthInfo=socket=${at('munge.socket')},cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('spool')}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('slurmd.pid')}
SlurmctldLogFile=${at('slurmctld.log')}
SlurmdLogFile=${at('slurmd.log')}
ReturnToService=2
SlurmdParameters=config_overrides
MaxArraySize=${maxArraySize}
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=${node} NodeAddr=127.0.0.1 CPUs=${cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  writeFileSync(at('munge.key'), randomBytes(1024), { mode: 0o400 });
  const env = { ...process.env, ...environment };
  const end = (): void => {
    for (const name of ['slurmd', 'slurmctld', 'munged'])
      if (existsSync(at(`${name}.pid`))) killNow(Number(readFileSync(at(`${name}.pid`), 'utf8')));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', end);
  const munge = ['key-file=munge.key', 'socket=munge.socket', 'pid-file=munged.pid', 'log-file=munged.log'];
  const files = [...munge, 'seed-file=munged.seed'].map((each) => `--${each.replace('=', `=${folder}/`)}`);
  execFileSync(munged, ['--force', '--num-threads=1', ...files], { env, stdio: 'pipe' });
  execFileSync(slurmctld, ['-c'], { env, stdio: 'pipe' });
  execFileSync(slurmd, ['-c'], { env, stdio: 'pipe' });
  const isReady = (): boolean =>
    spawnSync('sinfo', ['--noheader', '--format=%t'], { env, encoding: 'utf8' }).stdout.trim() === 'idle';
  for (let tries = 0; !isReady(); tries++) {
    if (tries === 200) throw new Error(`Slurm did not start: ${readFileSync(at('slurmctld.log'), 'utf8')}`);
    await setTimeout(100);
  }
  return {
    environment,
    stop: () => {
      process.off('exit', end);
      spawnSync('scancel', ['--full', '--signal=KILL', `--user=${user}`], { env });
      end();
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
