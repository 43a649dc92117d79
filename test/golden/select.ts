// Makes the selection of recorded data that lies in `cases/`:
//
//   node test/golden/select.ts FOLDER
//
// FOLDER contains the complete recordings as `golden/` and `golden-more/`. Nothing is computed. Values are copied byte
// for byte, and the rules below select them.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

type Json = Record<string, unknown>;
interface Entry {
  readonly data_offsets: readonly [begin: number, end: number];
}

/** Returns a safetensors file with only the selected tensors, unchanged. */
function keepTensors(file: Buffer, keeps: (name: string) => boolean): Buffer {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, Entry>;
  const kept = Object.entries(header).filter(([name]) => name !== '__metadata__' && keeps(name));
  const parts: Buffer[] = [];
  let size = 0;
  const entries = kept.map(([name, entry]) => {
    const [begin, end] = entry.data_offsets;
    parts.push(file.subarray(start + begin, start + end));
    size += end - begin;
    return [name, { ...entry, data_offsets: [size - (end - begin), size] }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  // The header is padded with spaces, so that the tensors begin at a multiple of 8.
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}

type Rule = (file: Buffer) => Buffer;
const copy: Rule = (file) => file;
const inJson =
  (change: (json: Json) => unknown): Rule =>
  (file) =>
    Buffer.from(`${JSON.stringify(change(JSON.parse(file.toString())))}\n`);
/** Returns the shortest entries of a list, in their order. */
const shortest = (count: number): Rule =>
  inJson((list) => {
    const size = (entry: unknown): number => JSON.stringify(entry).length;
    if (!Array.isArray(list)) throw new Error('there must be a list');
    const kept = new Set([...list].sort((a, b) => size(a) - size(b)).slice(0, count));
    return list.filter((entry) => kept.has(entry));
  });
/** Returns the first lines of each kind with made-up texts. Longer texts are quoted from data sets. */
const shortLinesOfEachKind =
  (count: number): Rule =>
  (file) => {
    const seen = new Map<string, number>();
    const lines = file.toString().split('\n');
    const kept = lines.filter((line) => {
      if (line === '') return false;
      const { kind, text, pair = '' } = JSON.parse(line) as { kind: string; text: string; pair?: string };
      if (text.length + pair.length > 40) return false;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      return (seen.get(kind) as number) <= count;
    });
    return Buffer.from(`${kept.join('\n')}\n`);
  };
const withoutKeys = (json: Json, dropped: (key: string) => boolean): Json =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !dropped(key)));

/** Returns the tensors of a case without the hidden states, because logits and gradients depend on them. */
const tensorsOfCase =
  ({ step, drop }: CaseRule): Rule =>
  (file) =>
    keepTensors(file, (name) => {
      const [group, prefix] = name.split('/');
      const ofOtherStep = step !== undefined && prefix !== step && (group === 'outputs' || group === 'grads');
      return !(ofOtherStep || /\/hidden_states\.\d+$/.test(name) || drop?.test(name));
    });

/** Removes the values that are also stored as tensors, and the names that tensors have in other files. */
const describedCase = ({ step }: CaseRule): Rule =>
  inJson((json) => {
    const kept = withoutKeys(json, (key) => key === 'tensors' || key === 'aliases');
    if (step === undefined) return kept;
    const { batch_of_prefix: batches } = json.single_step as { batch_of_prefix: Json };
    return { ...kept, single_step: { batch_of_prefix: { [step]: batches[step] } } };
  });

interface CaseRule {
  /** The recording that has it; default `golden`. */
  readonly from?: string;
  /** The step to keep, of several single steps. */
  readonly step?: string;
  /** Tensors that are left out. */
  readonly drop?: RegExp;
}

const whole: CaseRule = {};
/**
 * Training is compared by loss and gradient norm of each step. Parameters after training are kept only if the optimizer
 * is tested.
 */
const noLastParameters: CaseRule = { drop: /^after/ };
const later = { from: 'golden-more' } as const;
const cases: Readonly<Record<string, CaseRule>> = {
  'bottleneck-bert-regression': noLastParameters,
  'bottleneck-deberta-v2-2-labels': { ...noLastParameters, ...later },
  'bottleneck-distilbert-2-labels': { ...noLastParameters, ...later },
  'bottleneck-electra-2-labels': { ...noLastParameters, ...later },
  'bottleneck-xlm-roberta-multilabel': noLastParameters,
  'compacter++': noLastParameters,
  'copa-stage1': noLastParameters,
  'copa-stage2': noLastParameters,
  // Of two equal layers with large gradients, those of the lower one are kept, because they depend on the upper one's.
  'edge-deberta-v2': { step: 'batch3', ...later },
  'edge-distilbert': { step: 'batch3', ...later },
  'edge-electra': { step: 'batch3', ...later },
  'edge-modernbert': { step: 'batch5', ...later },
  'edge-mpnet': { step: 'batch3', ...later },
  'forward-xlm-roberta': { drop: /^grads.*\.layer\.1\./ },
  fusion: { drop: /^grads.*\.layer\.1\./ },
  hyperformer: { step: 'stsb', drop: /^after|^grads.*hyper_?nets\.1\./ },
  'hyperformer++': { step: 'mnli', drop: /^after/ },
  ia3: whole,
  'lora-bias': { ...noLastParameters, ...later },
  'lora-deberta-v2': { ...noLastParameters, ...later },
  'merge-scalearn-uniform++': whole,
  'optimizer-warmup-decay': whole,
  'probing-two': noLastParameters,
  propetl: whole,
  'propetl-m': { step: 'rte', drop: /^after/ },
  'scalearn++-dropout': noLastParameters,
  'scalearn-distilbert-t3': { ...noLastParameters, ...later },
  'scalearn-dropout': whole,
  'scalearn-lora-modernbert': { ...noLastParameters, ...later },
  'scalearn-lora-scalar-shared': { ...noLastParameters, ...later },
  'scalearn-lora-vector': { ...noLastParameters, ...later },
  'scalearn-uniform++-dropout': noLastParameters,
  'scalearn-uniform-dropout': noLastParameters,
  soup: noLastParameters,
};

/** Fifty steps with decay, warm-up and clipping, and their initial values. */
const optimizer = (name: string): boolean => /^(?:start|grad|reference-decay-warmup)\b/.test(name);
const deepNesting = (key: string): boolean => key.startsWith('deep-nesting');

/** The other files, by path. A folder stands for the files below it. A later rule replaces an earlier one. */
const files: readonly (readonly [path: string, rule: Rule | undefined])[] = [
  ['golden/sampler', copy],
  ['golden/sampler-temperature', copy],
  ['golden/weights/tiny-bert.safetensors', copy],
  ['golden/weights/tiny-roberta.safetensors', copy],
  ['golden/weights/tiny-xlm-roberta.safetensors', copy],
  ['golden/data/split-cases.json', copy],
  ['golden/data/tasks.json', copy],
  [
    'golden/formats/adapters-1x/expected.json',
    inJson((json) => ({
      ...json,
      folders: withoutKeys(json.folders as Json, (key) => key === 'pfeiffer-bin'),
    })),
  ],
  ['golden/formats/adapters-1x/fusion', copy],
  ['golden/formats/adapters-1x/houlsby-bin/adapter_config.json', copy],
  ['golden/formats/adapters-1x/pfeiffer-gelu-scaled', copy],
  ['golden/formats/adapters-1x/pfeiffer-safetensors', copy],
  ['golden/formats/adapters-1x/pfeiffer-wide', copy],
  ['golden/formats/pickle', copy],
  ['golden/formats/pickle/deep-nesting.bin', undefined],
  ['golden/formats/pickle/expected.json', inJson((json) => withoutKeys(json, deepNesting))],
  ['golden/formats/safetensors/invalid', copy],
  ['golden/formats/safetensors/invalid/deep-nesting.safetensors', undefined],
  ['golden/formats/safetensors/invalid.json', inJson((json) => withoutKeys(json, deepNesting))],
  ['golden/formats/safetensors/valid', copy],
  ['golden/formats/safetensors/valid.json', copy],
  ['golden/formats/sharded-bert', copy],
  ['golden/metrics/bootstrap.json', shortest(5)],
  ['golden/metrics/classification.json', shortest(16)],
  ['golden/metrics/correlation.json', shortest(9)],
  ['golden/metrics/mcnemar.json', shortest(8)],
  ['golden/metrics/multilabel.json', shortest(10)],
  ['golden/metrics/multirc.json', shortest(7)],
  ['golden/metrics/paired-tests.json', copy],
  ['golden/metrics/record.json', shortest(5)],
  ['golden/metrics/record-strings.json', copy],
  [
    'golden/optim/adamw.json',
    inJson((json) => ({
      ...json,
      cases: (json.cases as { name: string }[]).filter(({ name }) => optimizer(name)),
    })),
  ],
  ['golden/optim/adamw.safetensors', (file) => keepTensors(file, optimizer)],
  ['golden/optim/clipping.json', copy],
  ['golden/optim/early-stopping.json', copy],
  ['golden/optim/schedule.json', copy],
  ['golden/rng/pcg64.json', shortest(4)],
  ['golden/rng/pcg64-mixed.json', copy],
  ['golden/rng/philox4x32-10.json', copy],
  ['golden-more/weights/small-deberta-v2.safetensors', copy],
  ['golden-more/weights/small-distilbert.safetensors', copy],
  ['golden-more/weights/small-electra.safetensors', copy],
  ['golden-more/weights/small-modernbert.safetensors', copy],
  ['golden-more/weights/small-mpnet.safetensors', copy],
  ['golden-more/weights/small-bert.safetensors', copy],
  ...[
    ...['bert-adalora', 'bert-bias-lora-only', 'bert-dora', 'bert-feature-extraction'],
    ...['bert-layers-to-transform', 'bert-lora-bin', 'bert-named-adapter', 'bert-patterns'],
    ...['deberta-v2-lora', 'distilbert-lora', 'modernbert-lora'],
  ].map((name) => [`golden-more/peft/${name}`, copy] as const),
  ['golden-more/tokenizers/mpnet-tiny', copy],
  ['golden-more/tokenizers/mpnet-tiny.jsonl', shortLinesOfEachKind(25)],
];

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/** Tensors take most of the space, so they are kept compressed, except those whose format is tested. */
export const isCompressed = (path: string): boolean =>
  path.endsWith('.safetensors') && !/^(?:formats|peft)\//.test(path);

/** Returns the selection's files by path, not compressed yet. */
export function select(shared: string): Map<string, Buffer> {
  const selected = new Map<string, Buffer>();
  const take = (path: string, rule: Rule | undefined): void => {
    for (const file of filesBelow(join(shared, path))) {
      const [, ...inside] = relative(shared, file).split(sep);
      const name = inside.join('/');
      if (rule) selected.set(name, rule(readFileSync(file)));
      else selected.delete(name);
    }
  };
  for (const [name, rule] of Object.entries(cases)) {
    const { from = 'golden' } = rule;
    take(`${from}/${name}/case.json`, describedCase(rule));
    take(`${from}/${name}/tensors.safetensors`, tensorsOfCase(rule));
  }
  for (const [path, rule] of files) take(path, rule);
  return selected;
}

if (import.meta.main) {
  const [shared] = process.argv.slice(2);
  if (shared === undefined) throw new Error('name the folder that has golden/ and golden-more/');
  const selected = select(shared);
  const target = fileURLToPath(new URL('cases', import.meta.url));
  for (const name of readdirSync(target))
    if (name !== 'README.md') rmSync(join(target, name), { recursive: true });
  for (const [path, content] of selected) {
    const file = join(target, isCompressed(path) ? `${path}.gz` : path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, isCompressed(path) ? gzipSync(content, { level: 9 }) : content);
  }
}
