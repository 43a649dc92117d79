// What push uploads, and that every way of naming it reads it back: with a server on this machine that speaks the hub's protocol.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@scalearn/models';
import { requestOnnxDevice } from '@scalearn/onnx';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../../test/support/hub-server.ts';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { colors, sentence } from './support/own-files.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const file = colors(folder);
const onnx = ['--device', 'onnx'];
const token = 'hf_write';
let hub: HubServer;

beforeAll(async () => {
  const encoder = readdirSync(world.encoder).map((name) => [name, readFileSync(join(world.encoder, name))]);
  hub = await startHubServer({
    'tiny/encoder': { commit: 'ab'.repeat(20), files: Object.fromEntries(encoder) },
  });
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', at('cache'));
  vi.stubEnv('HF_TOKEN', token);
  const settings = ['--task', file, '--epochs', '1', '--quiet', ...onnx];
  await must('train', '--encoder', world.encoder, '--out', at('colors'), ...settings);
  await must('train', '--sources', at('colors'), '--out', at('stage2'), ...settings);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

const push = (model: string, ...more: string[]) => run('push', '--model', at(model), ...more);
const answer = async (model: string, ...more: string[]) =>
  events(
    await must('predict', '--model', model, '--text', sentence(3), '--format', 'jsonl', ...onnx, ...more),
  )[0];

test('a dry run lists the files, and asks the hub nothing', async () => {
  const before = hub.requests.length;
  vi.stubEnv('HF_TOKEN', '');
  const { code, out, err } = await push('colors', '--repo', 'me/colors', '--dry-run');
  vi.stubEnv('HF_TOKEN', token);
  expect(code, err).toBe(0);
  expect(out).toMatch(/^README\.md +\d+\.\d KiB$/m);
  expect(out).toMatch(/^scalearn\.json +\d+ B$/m);
  expect(out).toMatch(/^\d+ files, .* would go to me\/colors$/m);
  expect(out).not.toMatch(/run\.json|predictions|checkpoint/);
  expect(err).toContain('give its name on the hub with --encoder');
  expect(hub.requests).toHaveLength(before);
});

test('a model is uploaded without what names this machine, and answers as before', async () => {
  hub.writeToken = token;
  writeFileSync(join(at('colors'), 'notes.log'), folder);
  for (const model of ['colors', 'stage2']) {
    const pushed = await must(
      ...['push', '--model', at(model), '--repo', `me/${model}`, '--encoder', 'tiny/encoder', '--json'],
    );
    const [event] = events<{ url: string; files: object }>(pushed);
    expect(event).toMatchObject({ event: 'done', repo: `me/${model}`, url: `${hub.url}/me/${model}` });
    const { files } = hub.repositories[`me/${model}`]!;
    expect(Object.keys(files).sort()).toEqual(Object.keys(event!.files).sort());
    for (const [name, bytes] of Object.entries(files)) {
      expect(new TextDecoder().decode(bytes), name).not.toContain(folder);
      expect(name).not.toMatch(/run\.json|predictions|checkpoint|log$/);
    }
    const info = JSON.parse(new TextDecoder().decode(files['scalearn.json']));
    expect(info.encoder.source).toBe('tiny/encoder');
    expect(await answer(`hf:me/${model}`)).toEqual(await answer(at(model)));
  }
  // The folder itself is as it was.
  expect(JSON.parse(readFileSync(join(at('colors'), 'scalearn.json'), 'utf8')).encoder.source).toBe(
    world.encoder,
  );
});

test('what was pushed is a source, and a model for programs and for other commands', async () => {
  const settings = ['--task', file, '--epochs', '1', '--quiet', ...onnx];
  await must('train', '--sources', 'hf:me/colors', '--out', at('from-hub'), ...settings);
  const stored = JSON.parse(readFileSync(join(at('from-hub'), 'run.json'), 'utf8'));
  expect(stored.sources).toMatchObject([{ path: 'hf:me/colors' }]);
  expect(stored.encoder).toMatchObject({ source: 'tiny/encoder', path: null });
  const again = await must(
    'train',
    '--sources',
    'hf:me/colors',
    '--out',
    at('from-hub'),
    '--resume',
    ...settings,
  );
  expect(again.out).toContain('from-hub');
  await must('evaluate', '--model', 'hf:me/colors', '--task', file, ...onnx);
  await must('merge', '--model', 'hf:me/stage2', '--out', at('merged'));
  expect(await answer(at('merged'), '--encoder', 'hf:tiny/encoder')).toMatchObject({ text: sentence(3) });
  await using device = await requestOnnxDevice({ threads: 1 });
  using model = await loadModel('hf:me/colors', { device });
  expect(model.encoder.name).toBe('tiny/encoder');
  const [{ label, scores } = { label: '', scores: {} }] = await model.classify([sentence(3)]);
  expect(await answer(at('colors'))).toMatchObject({ label, probabilities: scores });
});

test('a branch that exists is pushed to, and one that does not is named', async () => {
  const main = hub.repositories['me/colors']!;
  hub.repositories['me/colors'] = { ...main, revisions: { next: { commit: 'cd'.repeat(20), files: {} } } };
  const named = ['--repo', 'me/colors', '--encoder', 'tiny/encoder'];
  expect(await push('colors', ...named, '--branch', 'next')).toMatchObject({ code: 0 });
  expect(Object.keys(hub.repositories['me/colors']!.revisions!.next!.files)).toContain('scalearn.json');
  expect(await answer('hf:me/colors@next')).toEqual(await answer(at('colors')));
  expect(await push('colors', ...named, '--branch', 'none')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^error: me\/colors@none: the model has no such revision/m),
  });
});

test.each<[string, string[], number, RegExp]>([
  ['colors', ['--repo', 'alone'], 2, /has no owner; give user\/name/],
  ['colors', ['--repo', 'a/b/c'], 1, /not the name of a model/],
  ['colors', ['--repo', 'me/x@y', '--branch', 'z'], 2, /leave out --branch/],
  ['colors', ['--repo', 'me/x', '--encoder', 'encoder'], 2, /could not load it/],
  ['nothing', ['--repo', 'me/x'], 1, /There is no folder/],
  ['empty', ['--repo', 'me/x'], 1, /neither scalearn.json nor adapter_config.json/],
])('%s %j is refused', async (model, more, code, message) => {
  mkdirSync(at('empty'), { recursive: true });
  const more_ = more.map((text) => (text === 'encoder' ? world.encoder : text));
  const outcome = await push(model, ...more_);
  expect(outcome.err).toMatch(message);
  expect([outcome.code, outcome.out]).toEqual([code, '']);
});

test('without a token, and with one that may only read, it says what is needed', async () => {
  vi.stubEnv('HF_TOKEN', '');
  vi.stubEnv('HF_TOKEN_PATH', at('none'));
  expect((await push('colors', '--repo', 'me/x')).err).toContain(
    'an access token with write access is needed',
  );
  vi.stubEnv('HF_TOKEN', 'hf_read');
  expect((await push('colors', '--repo', 'me/x')).err).toContain('may not write there');
  vi.stubEnv('HF_TOKEN', token);
  expect(hub.repositories['me/x']).toBeUndefined();
});
