import { basename, join } from 'node:path';
import type { Job } from '@scalearn/cluster';
import { Facts, type Setup, UsageError } from '@scalearn/experiments';
import {
  dataFolder,
  encoderSource,
  identifyModel,
  modelHash,
  statOf,
  type TrainArguments,
  trainArguments,
  trainOptions,
} from '@scalearn/experiments/runs';
import { CommanderError } from 'commander';
import { chooseMethod } from '../options/method-flags.ts';
import { parseTrainArguments } from '../options/train-options.ts';
import { dataInput, encoderInput } from './jobs.ts';

/** What a worker has of its own. */
export interface OwnInputs {
  /** Absolute folder of the data, in place of the one that jobs name. */
  readonly data?: string | undefined;
  /** Encoders, in place of those that jobs name. */
  readonly encoders: readonly string[];
}

/** Options of `train` that jobs may give: those that an experiment's models have. Where to write is the worker's. */
const ofJobs = new Set(
  Object.entries(trainOptions).flatMap(([name, { files }]) =>
    files === 'experiment' || files === 'both' ? [name] : [],
  ),
);
for (const name of ['encoder', 'task', 'tasks', 'data', 'method', 'set', 'sourceControl', 'seed'])
  ofJobs.add(name);

/** Checks that jobs are what their keys say, before they are trained. */
export class Verifier {
  readonly #setup: Setup;
  readonly #own: OwnInputs;
  readonly #newFacts: () => Facts;
  #facts: Facts;

  /** @param signal stops downloads */
  constructor(setup: Setup, own: OwnInputs, signal: AbortSignal) {
    this.#setup = setup;
    this.#own = own;
    this.#newFacts = () => new Facts(signal, { families: setup.families });
    this.#facts = this.#newFacts();
  }

  /**
   * Returns the arguments of `train` that do a job on this machine, without those that say where to write and what to train
   * from. They are written anew from the values of the options that were understood.
   *
   * @param folders of the results of its parents
   * @throws UsageError if the job is not what its key says, or if something differs on this machine; the error of a task or an
   * encoder that is not there
   */
  async argumentsOf(job: Job, folders: ReadonlyMap<string, string>): Promise<string[]> {
    try {
      return await this.#check(job, folders);
    } catch (error) {
      // What could not be read may be there next time.
      this.#facts = this.#newFacts();
      throw error;
    }
  }

  async #check(job: Job, folders: ReadonlyMap<string, string>): Promise<string[]> {
    const { methods, defaults } = this.#setup;
    const given = await this.#here(job, parseJob(job, this.#setup));
    const sources = job.parents.map((id) => ({ id, folder: folders.get(id) ?? id }));
    const withSources = sources.length > 0 && { sources: sources.map(({ folder }) => folder) };
    const chosen = chooseMethod({ ...given, ...withSources }, methods);
    const { encoder, tasks, identity } = await identifyModel(
      { ...defaults, ...given, ...withSources },
      { chosen, sources },
      this.#facts,
    );
    const found = {
      [encoderInput]: encoder.fingerprint,
      ...Object.fromEntries(tasks.map((task) => [dataInput(task.found.info.id), task.fingerprint])),
    };
    checkInputs(job, found);
    const hash = await modelHash(identity);
    if (!job.key.startsWith(`${chosen.entry.id}-`) || !job.key.endsWith(`-${hash}`))
      throw new UsageError(
        `${job.key}: its arguments train another model (${chosen.entry.id}, ${hash}); the plan was made by another version, with another configuration file, or not by this program`,
      );
    return trainArguments({ ...given, out: undefined }, chosen);
  }

  /** Puts what this machine has in the place of what the job names. */
  async #here({ inputs }: Job, given: TrainArguments): Promise<TrainArguments> {
    const { data, encoders } = this.#own;
    let { encoder, task, tasks } = given;
    for (const each of encoders) {
      const own = await this.#facts.encoder(each, given.layers);
      if (own.fingerprint === inputs?.[encoderInput]) encoder = own.path ?? encoderSource(each);
    }
    const file = async (name: string): Promise<string> => {
      if (data === undefined || (await statOf(name))) return name;
      const inData = join(data, basename(name));
      return (await statOf(inData)) ? inData : name;
    };
    task = task && (await file(task));
    tasks = tasks && (await Promise.all(tasks.map(file)));
    const names = tasks ?? (task === undefined ? [] : [task]);
    const own = data === undefined ? undefined : await dataFolder(names, { '*': data });
    return {
      ...{ ...given, encoder },
      ...(task !== undefined && { task }),
      ...(tasks !== undefined && { tasks }),
      ...(own !== undefined && { data: own }),
    };
  }
}

function parseJob({ key, arguments: args }: Job, setup: Setup): TrainArguments {
  // The worker's own option: a job that gives it too gives it twice.
  const out = '--out=worker';
  let given: TrainArguments;
  try {
    given = parseTrainArguments([...args, out], { ...setup, defaults: {} });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(`${key}: ${error.message.replace(/^error: /, '')}`, { cause: error });
  }
  const foreign = Object.keys(given).find(
    (name) => name !== 'out' && Object.hasOwn(trainOptions, name) && !ofJobs.has(name),
  );
  if (foreign !== undefined)
    throw new UsageError(`${key}: a job cannot give ${trainOptions[foreign]?.flag ?? foreign}`);
  return given;
}

/** Checks what a training reads. @throws UsageError that names every difference */
export function checkInputs({ key, inputs = {} }: Job, found: Readonly<Record<string, string>>): void {
  const names = new Set([...Object.keys(inputs), ...Object.keys(found)]);
  const short = (text: string | undefined): string => text?.slice(0, 12) ?? 'none';
  const different = [...names].flatMap((name) =>
    inputs[name] === found[name]
      ? []
      : [`${name} has the fingerprint ${short(found[name])} here, and ${short(inputs[name])} in the plan`],
  );
  if (different.length === 0) return;
  throw new UsageError(
    `${key}: ${different.join('; ')}; give workers the same files with --encoder and --data`,
  );
}
