// Writes what a trained model computes, as JSON on standard output, for scripts/check-adapter.py to compare with what
// Python's adapters makes of the same model, merged: token ids, last hidden states and logits of a few texts.
// Usage: dump-adapter.ts ENCODER MODEL [TEXTS], a file with a text, or two with a tab between them, in each line.
import { type HostArray, modelFromSnapshot, readSnapshot, requestDevice, type Tensor } from '@scalearn/core';
import { loadEncoder, localFolder, maxSequenceLength, modelFolder } from '@scalearn/encoders';
import { dumpTexts } from './dump-texts.ts';

const [encoderFolder, folder, file] = process.argv.slice(2);
if (encoderFolder === undefined || folder === undefined)
  throw new Error('usage: dump-adapter.ts ENCODER MODEL [TEXTS]');

/** How many texts are written. */
const few = 32;

await using device = await requestDevice({ onWarning: () => {} });
await using encoder = await loadEncoder(encoderFolder, { device });
const snapshot = await readSnapshot(modelFolder(await localFolder(folder)), {
  encoder: encoder.shape,
  encoderFingerprint: encoder.fingerprint,
  modelName: encoder.name,
});
using model = await modelFromSnapshot(encoder, snapshot);
const { hiddenStates, logits } = model.build();
using program = await device.compile({ outputs: { hidden: hiddenStates.at(-1) as Tensor, logits } });

const texts = (await dumpTexts(file)).slice(0, few);
const maxLength = maxSequenceLength(encoder.config);
const results = [];
for (const segments of texts) {
  const text = encoder.encode(segments, { maxLength, truncation: 'longestFirst' });
  const result = await program.run(encoder.feeds([text]));
  const values = (array: HostArray | undefined): number[] => Array.from(array ?? [], Number);
  results.push({
    inputIds: Array.from(text.inputIds),
    tokenTypeIds: Array.from(text.tokenTypeIds ?? []),
    hidden: values(result.hidden),
    logits: values(result.logits),
  });
}
console.log(JSON.stringify({ method: snapshot.method.name, results }));
