import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { colors } from './support/own-files.ts';
import { events, must, run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const model = at('colors');
beforeAll(async () => {
  await must(
    ...['train', '--encoder', world.encoder, '--task', colors(folder), '--out', model, '--device', 'onnx'],
    ...['--epochs', '1', '--quiet'],
  );
});

const serve = ['serve', '--device', 'onnx', '--port', '0', '--json', '--model'];
const post = (url: string, body: unknown): Promise<Response> =>
  fetch(`${url}/v1/classify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('scalearn serve', () => {
  test('answers as predict does, and ends in order when it is told to', async () => {
    const text = 'this one is red';
    const predicted = await must(
      ...['predict', '--model', model, '--device', 'onnx', '--text', text, '--format', 'jsonl'],
    );
    const [{ label, probabilities } = {}] = events(predicted);
    const running = start([...serve, model, `second=${model}`]);
    const { url } = JSON.parse(await running.firstLine()) as { url: string };
    const answer = await post(url, { model: 'second', inputs: [text] });
    expect(answer.status).toBe(200);
    const { outputs } = (await answer.json()) as { outputs: { label: string; scores: object }[] };
    expect(outputs[0]).toMatchObject({ label, scores: probabilities });
    expect((await post(url, { inputs: [text] })).status).toBe(400);
    running.process.kill('SIGTERM');
    const { code, out, err } = await running.ended;
    expect(code, err).toBe(0);
    expect(out).not.toContain(text);
    const requests = events({ code, out, err }).filter(({ event }) => event === 'request');
    expect(requests).toMatchObject([{ status: 200, model: 'second', texts: 1 }, { status: 400 }]);
  });

  test('says which names are taken, and which folder is no model', async () => {
    const twice = await run(...serve, model, model);
    expect(twice.code).toBe(2);
    expect(twice.out).toContain('two models have the name colors');
    const missing = await run(...serve, at('nothing'));
    expect(missing.code).toBe(1);
    expect(missing.out).toContain('nothing');
  });

  test('says that a port is taken', async () => {
    const first = start([...serve, model]);
    const { url } = JSON.parse(await first.firstLine()) as { url: string };
    const second = await run('serve', '--device', 'onnx', '--model', model, '--port', new URL(url).port);
    expect(second.code).toBe(1);
    expect(second.err).toContain('cannot be listened on');
    first.process.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
  });
});
