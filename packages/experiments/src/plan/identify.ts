import type { Method } from '@scalearn/core';
import { describedMethod } from '../methods/describe.ts';
import type { ChosenMethod } from '../methods/registry.ts';
import type { TrainArguments } from '../options/train-table.ts';
import type { TrainSettings } from '../runs/settings-schema.ts';
import { settleOptions } from '../training/settings.ts';
import type { EncoderFacts, Facts, TaskFacts } from './facts.ts';
import type { ModelIdentity } from './model-id.ts';

/** What arguments of `train` make, found out without training. */
export interface IdentifiedModel {
  /** The method without its sources, for its description. */
  readonly method: Method;
  /** Configuration and fingerprint of the encoder. */
  readonly encoder: EncoderFacts;
  /** Numbers of rows and fingerprints of the tasks. */
  readonly tasks: readonly TaskFacts[];
  /** All options with their defaults. */
  readonly settings: TrainSettings;
  /** Everything that determines the model. */
  readonly identity: ModelIdentity;
}

/** A model that another one is trained from. */
export interface IdentifiedSource {
  /** Id of the model. */
  readonly id: string;
  /** Its folder. Only the number of sources matters here. */
  readonly folder: string;
}

/**
 * Finds out what arguments of `train` make. Reads the encoder and the rows of the tasks.
 *
 * @param given with the defaults of a configuration
 * @param sources in their order
 * @throws UsageError, FolderError, or the error of a task or an encoder
 */
export async function identifyModel(
  given: Omit<TrainArguments, 'out'>,
  { chosen, sources }: { readonly chosen: ChosenMethod; readonly sources: readonly IdentifiedSource[] },
  facts: Facts,
): Promise<IdentifiedModel> {
  const method = describedMethod(chosen, sources);
  const encoder = await facts.encoder(given.encoder, given.layers);
  const tasks: TaskFacts[] = [];
  for (const task of given.tasks ?? [given.task as string]) tasks.push(await facts.task(task, given));
  const found = tasks.map((task) => task.found);
  const settings = settleOptions(given, method, found, encoder);
  const identity = {
    ...{ settings, encoder: encoder.fingerprint },
    data: tasks.map(({ fingerprint }) => fingerprint),
    sources: sources.map(({ id }) => id),
  };
  return { method, encoder, tasks, settings, identity };
}
