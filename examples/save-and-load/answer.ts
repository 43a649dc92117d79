// Loads the saved model with its encoder, and says whether a text follows from another.
import { requestDevice } from '@scalearn/core';
import { loadModel } from '@scalearn/models';

await using device = await requestDevice();
using model = await loadModel('model', { device });

const text = process.argv[2] ?? 'Emma sold the piano on Monday.';
const claims =
  process.argv.length > 3
    ? process.argv.slice(3)
    : ['The piano was sold by Emma.', 'The piano was sold by Max.'];
const answers = await model.classify(claims.map((claim) => [text, claim]));
console.log(`process ${process.pid} loaded a model of ${model.task().id}`);
for (const [i, { label, score }] of answers.entries())
  console.log(`${text} / ${claims[i]} -> ${label} (${score.toFixed(2)})`);
