// Published adapters, as repositories of AdapterHub hold them: read by name, alone or several in one repository.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Adapter, adapterFiles, type FileSet } from '@scalearn/core';
import { sourceFiles } from '@scalearn/core/methods';
import { encoderArchitecture, loadAdapter, localFolder, readEncoderConfig } from '@scalearn/encoders';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../../test/support/hub-server.ts';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { randomLora } from '../../core/test/methods/random-lora.ts';
import { colors } from './support/own-files.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
let hub: HubServer;

const bytes = (content: Uint8Array | string): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

/** The files of an adapter of the tiny encoder, or of one of another size, as the Python library wrote them. */
async function published(
  name: string,
  change: Partial<Pick<Adapter, 'hiddenSize' | 'encoderFingerprint'>> = {},
) {
  const config = await readEncoderConfig(await localFolder(world.encoder));
  const encoder = encoderArchitecture(config);
  const { hiddenSize = encoder.hiddenSize } = change;
  const width = 2;
  const values = (size: number): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => ((i % 7) - 3) / 20);
  const layer = {
    ...{ down: values(width * hiddenSize), downBias: values(width) },
    ...{ up: values(hiddenSize * width), upBias: values(hiddenSize) },
  };
  const layers = Array.from({ length: encoder.layers }, () => layer);
  const adapter = { name, hiddenSize, width, nonLinearity: 'relu', layers, ...change };
  const files: FileSet = adapterFiles(adapter, {
    encoder: { ...encoder, hiddenSize },
    modelName: 'bert-tiny-uncased',
  });
  // Only safetensors hold a fingerprint.
  const tensors = change.encoderFingerprint === undefined ? 'pytorch_adapter.bin' : 'adapter.safetensors';
  const needed = ['adapter_config.json', tensors];
  return Object.fromEntries(needed.map((file) => [file, bytes(files[file]!)]));
}

/** A LoRA, in a folder of its name. */
async function lora(name: string): Promise<Record<string, Uint8Array>> {
  const encoder = encoderArchitecture(await readEncoderConfig(await localFolder(world.encoder)));
  const files = sourceFiles([randomLora(name, encoder)], { encoder, modelName: 'bert-tiny-uncased' });
  return Object.fromEntries(
    Object.entries(files).map(([file, content]) => [
      file,
      typeof content === 'string' ? bytes(content) : content,
    ]),
  );
}

const within = (inner: string, files: Record<string, Uint8Array>): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${inner}/${name}`, content]));

const peft = {
  peft_type: 'LORA',
  base_model_name_or_path: 'bert-tiny-uncased',
  r: 8,
  target_modules: ['query'],
  use_dora: true,
};

/** Repositories that a search for `colors` finds, and some that it must leave. */
function searched(...[first, second, broad]: Record<string, Uint8Array>[]) {
  const ofLibrary = ['adapter-transformers'];
  const ofOther = ['peft', 'base_model:adapter:owner/other'];
  const repository = (digit: string, downloads: number, tags: readonly string[], files = {}) => ({
    ...{ commit: digit.repeat(40), downloads, tags, files },
  });
  return {
    'one/colors-second': repository('1', 5, ofLibrary, second),
    'one/colors-first': repository('2', 50, ofLibrary, first),
    'one/colors-broad': repository('3', 40, ofLibrary, broad),
    'two/colors-lora': repository('4', 900, ofOther, within('inner', first ?? {})),
    'two/colors-large': {
      ...repository('5', 30, ofLibrary),
      files: { ...first, 'pytorch_adapter.bin': new Uint8Array(64 * 2 ** 20 + 1) },
    },
    'two/colors-gated': {
      ...repository('6', 20, ofLibrary, first),
      refuseFiles: [403, 'GatedRepo'] as [number, string],
    },
    'two/colors-empty': repository('7', 10, ofLibrary, { 'README.md': bytes('# Nothing') }),
    'two/colors-model': repository('8', 1000, ['transformers'], first),
    'two/others': repository('9', 1000, ofLibrary, first),
  };
}

beforeAll(async () => {
  const several = {
    ...within('en/sst2', await published('sst2')),
    ...within('wide', await published('wide', { hiddenSize: 48 })),
    ...within('elsewhere', await published('elsewhere', { encoderFingerprint: 'f'.repeat(64) })),
    ...(await lora('lora')),
    ...within('dora', { 'adapter_config.json': bytes(JSON.stringify(peft)) }),
    ...within('damaged', { 'adapter_config.json': bytes('{"config":') }),
    'README.md': bytes('# Adapters'),
  };
  hub = await startHubServer({
    'AdapterHub/bert-tiny-pf-sst2': {
      commit: 'ab'.repeat(20),
      files: { ...(await published('sst2')), 'README.md': bytes('# An adapter') },
    },
    'AdapterHub/several': { commit: 'cd'.repeat(20), files: several },
    ...searched(
      await published('first'),
      await published('second'),
      await published('broad', { hiddenSize: 48 }),
    ),
  });
  for (const [name, content] of Object.entries(several)) {
    await mkdir(dirname(at(`copy/${name}`)), { recursive: true });
    await writeFile(at(`copy/${name}`), content);
  }
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', at('cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

const train = (out: string, ...sources: string[]) =>
  run(
    ...['train', '--encoder', world.encoder, '--task', colors(folder), '--out', at(out), '--epochs', '1'],
    ...['--device', 'onnx', '--quiet', '--sources', ...sources],
  );

test('a published adapter is a source by its name, and so is one of several by its folder', async () => {
  const names = ['hf:AdapterHub/bert-tiny-pf-sst2', 'hf:AdapterHub/several/en/sst2@main'];
  for (const [i, name] of names.entries()) {
    expect(await train(`one-${i}`, name)).toMatchObject({ code: 0 });
    const { sources } = JSON.parse(readFileSync(join(at(`one-${i}`), 'run.json'), 'utf8'));
    expect(sources).toMatchObject([{ name: 'sst2', path: name }]);
    expect(await loadAdapter(name)).toMatchObject({ width: 2 });
  }
});

test('a repository of several is refused with their names', async () => {
  const { code, err } = await train('none', 'hf:AdapterHub/several');
  expect(code).toBe(1);
  expect(err).toContain(
    'has adapters in it (damaged, dora, elsewhere, en/sst2, lora, wide); name one, such as hf:AdapterHub/several/damaged',
  );
});

test.each(['hf:AdapterHub/several', 'copy'])(
  'the adapters of %s are listed, with the reason where one does not fit',
  async (place) => {
    const named = place === 'copy' ? at(place) : place;
    const { out } = await must('adapters', named, '--encoder', world.encoder);
    expect(out).toMatch(/^2 of 6 adapters fit /);
    expect(out).toMatch(/\/en\/sst2 +bert-tiny-uncased +yes$/m);
    expect(out).toMatch(/\/wide: belongs to an encoder of hidden size 48, not 36$/m);
    expect(out).toMatch(/\/elsewhere: was trained on another encoder \(fingerprint f{12}…/m);
    expect(out).toMatch(/\/lora +bert-tiny-uncased +yes$/m);
    expect(out).toMatch(/\/dora: adapter_config.json: use_dora is true, so it is a DoRA/m);
    expect(out).toMatch(/\/damaged: adapter_config.json.*JSON/m);
    const [event] = events<{ adapters: { source: string; reason: string | null }[] }>(
      await must('adapters', named, '--encoder', world.encoder, '--json'),
    );
    const fitting = event!.adapters.filter(({ reason }) => reason === null);
    expect(fitting.map(({ source }) => source)).toEqual([`${named}/en/sst2`, `${named}/lora`]);
  },
);

test('with fewer layers of the encoder another adapter would be needed', async () => {
  const { out } = await must(
    'adapters',
    'hf:AdapterHub/bert-tiny-pf-sst2',
    '--encoder',
    world.encoder,
    '--layers',
    '1',
  );
  expect(out).toMatch(/^0 of 1 adapter fit /);
  expect(out).toContain('was trained on 2 layers, not 1');
});

test.each<[string[], number, RegExp]>([
  [['hf:AdapterHub/none', '--encoder', 'E'], 1, /no such model, or it is private/],
  [['E', '--encoder', 'E'], 1, /has no adapter, which is a folder with adapter_config.json/],
  [['hf:AdapterHub/bert-tiny-pf-sst2'], 2, /--encoder/],
  [['hf:AdapterHub/bert-tiny-pf-sst2', '--encoder', 'E', '--layers', '9'], 1, /has 2 layers/],
])('%j is refused', async (args, code, message) => {
  const outcome = await run('adapters', ...args.map((text) => (text === 'E' ? world.encoder : text)));
  expect(outcome.err).toMatch(message);
  expect(outcome.code).toBe(code);
});

test('a search lists what it finds, with commits and reasons, and downloads nothing large or of another size', async () => {
  hub.requests.length = 0;
  const outcome = await must('adapters', 'hf:colors', '--encoder', world.encoder, '--json');
  const [event] = events<{ adapters: { source: string; reason: string | null }[] }>(outcome);
  const at40 = (name: string, digit: string): string => `hf:${name}@${digit.repeat(40)}`;
  expect(event!.adapters.map(({ source }) => source)).toEqual([
    ...[at40('one/colors-first', '2'), at40('one/colors-broad', '3'), at40('two/colors-large', '5')],
    ...[at40('two/colors-gated', '6'), at40('two/colors-empty', '7'), at40('one/colors-second', '1')],
    // It names another encoder as its base.
    at40('two/colors-lora/inner', '4'),
  ]);
  expect(event!.adapters.map(({ reason }) => reason)).toEqual([
    null,
    'belongs to an encoder of hidden size 48, not 36',
    'pytorch_adapter.bin has 65 MiB, and a search downloads no file above 64; name the repository to use it',
    expect.stringContaining('the authors give access on request'),
    'has no adapter_config.json',
    null,
    null,
  ]);
  const weights = hub.requests.filter((line) => line.includes('/resolve/') && line.endsWith('.bin'));
  expect(weights.some((line) => /colors-(broad|large)/.test(line))).toBe(false);
  expect(weights.some((line) => line.includes('colors-first'))).toBe(true);
});

test('a search that finds nothing, a hub that is away, and a cache without a hub are refused', async () => {
  const search = (words: string) => run('adapters', `hf:${words}`, '--encoder', world.encoder);
  expect((await search('nobody')).err).toContain('the hub has no adapters whose names have "nobody"');
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  expect((await search('colors')).err).toContain('the hub is not asked. Unset HF_HUB_OFFLINE');
  vi.stubEnv('HF_HUB_OFFLINE', '0');
  hub.intercept = (_, response, path) => {
    if (path !== '/api/models') return false;
    response.setHeader('content-type', 'application/json').end('[{"id":"../../etc","sha":"1"}]');
    return true;
  };
  const { code, err } = await search('colors');
  hub.intercept = () => false;
  expect(err).toContain('../../etc is not the name of a model');
  expect(code).toBe(1);
});

test('a ranking of found adapters names their commits, and training takes them from there', async () => {
  const task = ['--encoder', world.encoder, '--task', colors(folder), '--device', 'onnx'];
  const file = ['--out', at('found.json'), '--budget', '1s'];
  const { err } = await must('rank', ...task, '--sources', 'hf:colors', ...file);
  expect(err).toContain('not ranked: hf:one/colors-broad@');
  const { sources } = JSON.parse(readFileSync(at('found.json'), 'utf8')) as { sources: { path: string }[] };
  expect(sources.map(({ path }) => path).sort()).toEqual([
    `hf:one/colors-first@${'2'.repeat(40)}`,
    `hf:one/colors-second@${'1'.repeat(40)}`,
    `hf:two/colors-lora/inner@${'4'.repeat(40)}`,
  ]);
  await must(
    ...['train', ...task, '--sources', 'auto', '--ranking', at('found.json'), '--top', '1'],
    ...['--max-steps', '2', '--quiet', '--out', at('found')],
  );
  const made = JSON.parse(readFileSync(join(at('found'), 'run.json'), 'utf8'));
  expect(made.sources).toMatchObject([{ path: sources[0]?.path }]);
});
