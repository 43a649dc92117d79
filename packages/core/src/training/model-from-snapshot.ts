import type { Encoder } from '../nn/encoder.ts';
import { createHead } from '../nn/head.ts';
import { TrainableModel } from './model.ts';
import type { ModelSnapshot } from './snapshot.ts';

/** A model with stored parameters, on the encoder's device. It is the caller's to dispose of. */
export async function modelFromSnapshot(encoder: Encoder, snapshot: ModelSnapshot): Promise<TrainableModel> {
  const { method, heads, adapterName, tensors } = snapshot;
  const model = await TrainableModel.create({
    encoder,
    method,
    heads: Object.fromEntries([...heads].map(([task, { options }]) => [task, createHead(options)])),
    adapterName,
    seed: 0,
  });
  try {
    model.parameters.write(
      new Map([...tensors, ...[...heads.values()].flatMap((head) => [...head.tensors])]),
    );
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}
