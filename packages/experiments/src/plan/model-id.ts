import { sha256 } from '@scalearn/hub';
import type { TrainSettings } from '../runs/settings-schema.ts';
import { decisive } from '../training/settings.ts';
import type { Cell } from './expand.ts';

/**
 * Version of what a training computes. Raise it in the change after which the same settings, encoder, data and sources
 * train other bits: models of before are then not taken for those of after. Version 1 leaves ids as they always were.
 */
export const numericsVersion = 1;

/** Everything that determines a model, besides its place in an experiment. */
export interface ModelIdentity {
  readonly settings: TrainSettings;
  /** Fingerprint of the encoder. */
  readonly encoder: string;
  /** Fingerprints of the tasks. */
  readonly data: readonly string[];
  /** Ids of the sources. */
  readonly sources: readonly string[];
}

/** Returns the end of a model's id: a hash of everything that determines the model. */
export async function modelHash(
  { settings, encoder, data, sources }: ModelIdentity,
  numerics: number = numericsVersion,
): Promise<string> {
  const { tasks: joint = null, ...rest } = decisive(settings);
  const all = {
    ...{ settings: rest, tasks: joint, encoder, data, sources },
    ...(numerics > 1 && { numericsVersion: numerics }),
  };
  return (await sha256(JSON.stringify(all))).slice(0, 12);
}

/** Returns a readable name with the hash of a model: equal models have equal ids. */
export async function modelId(
  { entry, tasks, seed }: Pick<Cell, 'entry' | 'tasks' | 'seed'>,
  identity: ModelIdentity,
  numerics: number = numericsVersion,
): Promise<string> {
  const hash = await modelHash(identity, numerics);
  const target =
    tasks.length === 1 ? (tasks[0] as string).replaceAll(/[^\w.]+/g, '-') : `${tasks.length}-tasks`;
  return `${entry.method.id}-${target.replace(/^[.-]+/, '')}-${seed}-${hash}`;
}
