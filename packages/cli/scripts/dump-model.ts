// Writes what a trained model of one task computes, as JSON on standard output, for scripts/check-adapter.py to compare
// with what Python's adapters makes of its folder, or of the model merged: token ids, last hidden states and logits of a
// few generated texts.
// Usage: dump-model.ts ENCODER MODEL
import { baselineReaders } from '@scalearn/baselines';
import { type HostArray, readSnapshot, requestDevice } from '@scalearn/core';
import type { Tensor } from '@scalearn/core/graph';
import { modelFromSnapshot } from '@scalearn/core/methods';
import { miniglueText } from '@scalearn/datasets';
import { loadEncoder, localFolder, maxSequenceLength, modelFolder } from '@scalearn/encoders';

const [encoderFolder, folder] = process.argv.slice(2);
if (encoderFolder === undefined || folder === undefined)
  throw new Error('usage: dump-model.ts ENCODER MODEL');

await using device = await requestDevice({ onWarning: () => {} });
await using encoder = await loadEncoder(encoderFolder, { device });
const target = {
  encoder: encoder.architecture,
  encoderFingerprint: encoder.fingerprint,
  modelName: encoder.name,
};
const snapshot = await readSnapshot(modelFolder(await localFolder(folder)), target, baselineReaders);
using model = await modelFromSnapshot(encoder, snapshot);
const { hiddenStates, logits } = model.build();
using program = await device.compile({ outputs: { hidden: hiddenStates.at(-1) as Tensor, logits } });

const values = (array: HostArray | undefined): number[] => Array.from(array ?? [], Number);
const results = [];
const maxLength = maxSequenceLength(encoder.config);
for (const segments of [...miniglueText({ documents: 100, seed: 1 })].slice(0, 32)) {
  const text = encoder.encode(segments, { maxLength, truncation: 'longestFirst' });
  const result = await program.run(encoder.feeds([text]));
  results.push({
    inputIds: Array.from(text.inputIds),
    tokenTypeIds: Array.from(text.tokenTypeIds ?? []),
    hidden: values(result.hidden),
    logits: values(result.logits),
  });
}
console.log(JSON.stringify({ method: snapshot.method.name, results }));
