// Pretrains a small BERT from nothing on MiniGLUE's unlabeled texts: vocabulary, masked language modeling, and a
// Hugging Face folder. Stopped and started again, it goes on where it was; its checkpoint stays, so that a finished run
// started again ends at once, and one whose options or texts have changed since is refused.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type CheckpointStore,
  type DeviceChoice,
  type FileSet,
  InterruptedError,
  requestDevice,
} from '@scalearn/core';
import { miniglueText } from '@scalearn/datasets';
import { loadTokenizer, memoryFolder, parseEncoderConfig, type Segments } from '@scalearn/encoders';
import {
  MaskedLanguageModel,
  maskedLMFiles,
  type PretrainEvent,
  pretrain,
  trainWordPiece,
  wordPieceFiles,
} from '@scalearn/pretrain';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/bert-mini' },
    device: { type: 'string' },
    documents: { type: 'string', default: '300000' },
    'held-out': { type: 'string', default: '2000' },
    vocabulary: { type: 'string', default: '2500' },
    layers: { type: 'string', default: '4' },
    hidden: { type: 'string', default: '128' },
    heads: { type: 'string', default: '4' },
    intermediate: { type: 'string', default: '512' },
    'max-positions': { type: 'string', default: '128' },
    steps: { type: 'string', default: '20000' },
    'batch-size': { type: 'string', default: '128' },
    'learning-rate': { type: 'string', default: '0.001' },
    'mask-rate': { type: 'string', default: '0.2' },
    'evaluate-every': { type: 'string', default: '500' },
    seed: { type: 'string', default: '0' },
  },
});
const number = (name: keyof typeof values): number => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} must be a number of at least 0, not '${values[name]}'`);
};
const { out } = values;
const seed = number('seed');
const log = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

/** Replaces a file: a reader sees the old content or the new one. */
async function write(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(`${path}.tmp`, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}

async function writeFiles(files: FileSet): Promise<void> {
  for (const [name, content] of Object.entries(files)) await write(join(out, name), content);
}

const checkpoint = join(out, 'checkpoint.safetensors');
const checkpoints: CheckpointStore = {
  save: (bytes) => write(checkpoint, bytes),
  load: () =>
    readFile(checkpoint).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }),
};

/** Prints how training goes: at most two lines a minute. */
function reporter(): (event: PretrainEvent) => void {
  let [began, last, tokens, first] = [0, 0, 0, 0];
  let losses: number[] = [];
  return (event) => {
    if (event.event === 'start') {
      const { parameters, device, operations, step, steps } = event;
      log(`${parameters} parameters on ${device}, ${operations} operations a step; step ${step} of ${steps}`);
      [began, last, first] = [performance.now(), performance.now(), step];
    } else if (event.event === 'evaluation') {
      const { step, loss, accuracy } = event;
      log(`step ${step}: held-out loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(2)} %`);
    } else {
      const { step, steps } = event;
      tokens += event.tokens;
      losses.push(event.loss);
      const now = performance.now();
      if (now - last < 30_000 && step !== steps) return;
      const rate = tokens / ((now - began) / 1000);
      const left = ((now - began) / (step - first)) * (steps - step);
      const loss = losses.reduce((a, b) => a + b, 0) / losses.length;
      log(
        `step ${step} of ${steps}: loss ${loss.toFixed(4)}, ${Math.round(rate)} tokens/s, ${Math.ceil(left / 60_000)} minutes left`,
      );
      [last, losses] = [now, []];
    }
  };
}

await mkdir(out, { recursive: true });
const documents = number('documents');
const heldOut = number('held-out');
log(`writing ${documents + heldOut} documents`);
const texts: Segments[] = [...miniglueText({ seed, documents: documents + heldOut })];

const maxPositions = number('max-positions');
const vocabulary = trainWordPiece(texts.slice(heldOut).flat(), { vocabularySize: number('vocabulary') });
const tokenizerFiles = wordPieceFiles(vocabulary, maxPositions);
const tokenizer = await loadTokenizer(memoryFolder(tokenizerFiles));
log(`a vocabulary of ${tokenizer.vocabularySize} tokens`);

const config = parseEncoderConfig({
  model_type: 'bert',
  vocab_size: tokenizer.vocabularySize,
  hidden_size: number('hidden'),
  num_hidden_layers: number('layers'),
  num_attention_heads: number('heads'),
  intermediate_size: number('intermediate'),
  max_position_embeddings: maxPositions,
  type_vocab_size: 2,
});
await using device = await requestDevice(values.device ? { device: values.device as DeviceChoice } : {});
using model = new MaskedLanguageModel({ device, config, seed });

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
try {
  const history = await pretrain({
    model,
    tokenizer,
    texts: texts.slice(heldOut),
    heldOut: texts.slice(0, heldOut),
    steps: number('steps'),
    batchSize: number('batch-size'),
    learningRate: number('learning-rate'),
    maskRate: number('mask-rate'),
    evaluateEvery: number('evaluate-every'),
    seed,
    onEvent: reporter(),
    signal: stop.signal,
    checkpoints,
    resume: true,
  });
  await writeFiles({ ...tokenizerFiles, ...(await maskedLMFiles(model)) });
  await write(join(out, 'pretraining.json'), `${JSON.stringify({ options: values, history }, null, 2)}\n`);
  log(`written to ${out}`);
} catch (error) {
  if (!(error instanceof InterruptedError)) throw error;
  log(`${error.message}; the same command goes on`);
  process.exitCode = 130;
}
