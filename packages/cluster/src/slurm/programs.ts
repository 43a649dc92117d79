import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SlurmError } from '../errors.ts';
import { type Patience, patiently } from '../patience.ts';

/** What Slurm's programs say while its controller is away. */
const away = /unable to contact|timed out|connection refused|not responding|backup controller/i;

/**
 * Runs a program of Slurm. There is no shell. While the controller is away, it is tried again.
 *
 * @param input for its standard input
 * @returns its standard output
 * @throws SlurmError with what it said
 */
export async function slurm(
  program: 'sbatch' | 'squeue' | 'scancel' | 'scontrol' | 'sacct',
  args: readonly string[],
  { input = '', patience = {} }: { readonly input?: string; readonly patience?: Patience } = {},
): Promise<string> {
  return patiently(
    () => runOnce(program, args, input),
    (error) => error instanceof SlurmError && error.reason === 'away',
    patience,
  );
}

async function runOnce(program: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(program, args, { stdio: 'pipe' });
  // One that ends before it has read everything says why.
  child.stdin.on('error', () => {}).end(input);
  const [out, said] = [text(child.stdout), text(child.stderr)];
  const [code] = await once(child, 'close').catch((cause: NodeJS.ErrnoException) => {
    const advice =
      cause.code === 'ENOENT' ? `there is no ${program} on this machine` : `${program} could not be started`;
    throw new SlurmError('missing', `${advice}; use one from which jobs are submitted to Slurm`, { cause });
  });
  if (code === 0) return out;
  const why = sentenceOf(await said) || `exit code ${code}`;
  if (away.test(why)) throw new SlurmError('away', `Slurm does not answer (${why}); try again later`);
  throw new SlurmError('refused', `${program} refused it: ${why}`);
}

/** Slurm says `sbatch: error: …` in several lines. */
function sentenceOf(said: string): string {
  const lines = said.split('\n').map((line) => line.replace(/^\w+: (?:(?:error|fatal): )?/, '').trim());
  return [...new Set(lines)].filter((line) => line !== '').join('; ');
}
