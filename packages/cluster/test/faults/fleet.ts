// Worker processes, and what can happen to them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FakeWorker } from '../support/fake-worker.ts';

const program = fileURLToPath(new URL('../support/fake-worker.ts', import.meta.url));

interface Member {
  readonly child: ChildProcess;
  readonly jobs: number;
  isFrozen: boolean;
  errors: string;
}

export class Fleet {
  readonly #base: Omit<FakeWorker, 'name' | 'jobs' | 'clockStep'>;
  readonly #members: Member[] = [];
  /** What workers said that ended with an error of their own. */
  readonly failures: string[] = [];
  #count = 0;

  constructor(base: Omit<FakeWorker, 'name' | 'jobs' | 'clockStep'>) {
    this.#base = base;
    process.on('exit', this.#end);
  }

  readonly #end = (): void => {
    for (const { child } of this.#members) child.kill('SIGKILL');
  };

  start(jobs: number, changes: Partial<FakeWorker> = {}): void {
    const config: FakeWorker = { ...this.#base, name: `w${++this.#count}`, jobs, clockStep: 0, ...changes };
    const child = spawn(
      process.execPath,
      ['--conditions=@scalearn/source', program, JSON.stringify(config)],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const member: Member = { child, jobs, isFrozen: false, errors: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      member.errors += text;
    });
    child.once('exit', (code, signal) => {
      // A signal ends one that has not begun yet.
      if (code !== 0 && signal === null)
        this.failures.push(`${config.name} ended with ${code}: ${member.errors.slice(-600)}`);
    });
    this.#members.push(member);
  }

  get #awake(): Member[] {
    return this.#members.filter(({ child, isFrozen }) => isLiving(child) && !isFrozen);
  }

  /** Sends a signal to one that is awake. @returns how many trainings it may interrupt */
  hit(choose: (members: readonly number[]) => number, signal: 'SIGKILL' | 'SIGTERM'): number {
    const members = this.#awake;
    const member = members[choose(members.map((_, i) => i))];
    member?.child.kill(signal);
    return member?.jobs ?? 0;
  }

  /** Stops one for some time, as a machine that sleeps. */
  freeze(choose: (members: readonly number[]) => number, milliseconds: number): number {
    const members = this.#awake;
    const member = members[choose(members.map((_, i) => i))];
    if (!member) return 0;
    member.isFrozen = true;
    member.child.kill('SIGSTOP');
    setTimeout(() => {
      member.child.kill('SIGCONT');
      member.isFrozen = false;
    }, milliseconds);
    return member.jobs;
  }

  get living(): number {
    return this.#members.filter(({ child }) => isLiving(child)).length;
  }

  get jobs(): number {
    return this.#members.filter(({ child }) => isLiving(child)).reduce((sum, { jobs }) => sum + jobs, 0);
  }

  get areFrozen(): boolean {
    return this.#members.some(({ child, isFrozen }) => isFrozen && isLiving(child));
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const living = this.#members.filter(({ child }) => isLiving(child));
    const ends = living.map(({ child }) => once(child, 'exit'));
    for (const { child } of living) {
      child.kill(signal);
      child.kill('SIGCONT');
    }
    await Promise.all(ends);
    process.off('exit', this.#end);
  }
}

const isLiving = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;
