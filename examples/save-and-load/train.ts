// Trains a model, calibrates its probabilities on the validation rows, and saves it.
import { adapterFolder, encoderFolder, sourceTasks } from '@scalearn/assets-mini';
import { requestDevice, scalearn, train } from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { loadAdapter, loadEncoder } from '@scalearn/encoders';
import { calibrate, saveModel } from '@scalearn/models';

await using device = await requestDevice();
using encoder = await loadEncoder(encoderFolder, { device });
const task = await loadTask('miniglue/rte', { limit: 128, evalLimit: 200 });
const names = sourceTasks.filter((name) => name !== 'rte');
const sources = await Promise.all(names.map((name) => loadAdapter(adapterFolder(name))));
const method = scalearn({ sources, variant: 'scalearn-uniform++' });
using model = await train({ encoder, task, method, learningRate: 6e-3, epochs: 12, batchSize: 16, seed: 0 });

const calibration = await calibrate(model, task.validation);
await saveModel(model, 'model', { calibration, overwrite: true });
console.log(`process ${process.pid} saved model/, temperature ${calibration.temperature.toFixed(2)}`);
