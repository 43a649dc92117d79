import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, run } from './support/run.ts';
import { tinyWorld, writeEncoder } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const out = join(folder, 'out');
const needed = ['--encoder', world.encoder, '--data', world.data, '--task', 'glue/rte', '--out', out];
const quick = ['--limit', '8', '--eval-limit', '4', '--max-steps', '1', '--device', 'onnx', '--quiet'];

describe('wrong usage is exit code 2 and names the option', () => {
  test.each<[string[], RegExp]>([
    [['--epochs', '0'], /'--epochs <n>'.*whole number of at least 1/],
    [['--epochs', '2.5'], /--epochs/],
    [['--epochs', '-1'], /--epochs/],
    [['--limit', '0'], /'--limit <n>'.*whole number of at least 1/],
    [['--seed', '9007199254740993'], /--seed/],
    [['--learning-rate', 'fast'], /'--learning-rate <x>'.*a number above 0/],
    [['--learning-rate', '0'], /--learning-rate/],
    [['--omega-dropout', '1'], /'--omega-dropout <x>'.*at least 0 and below 1/],
    [['--weight-decay', '-0.1'], /--weight-decay/],
    [['--out', ''], /--out/],
    [['--epochs', '1', '--epochs', '2'], /'--epochs <n>' was given twice/],
    [['--quiet', '--quiet'], /'--quiet' was given twice/],
    [['--epoch', '1'], /unknown option '--epoch' \(Did you mean --epochs\?\)$/m],
    [['--device', 'gpu'], /--device <kind>.*auto, webgpu, onnx, reference/],
    [['--method', 'scalearn+'], /--method <name>.*scalearn\+\+/],
    [['--method', 'scalearn'], /--method scalearn needs --sources/],
    [['--method', 'bottleneck', '--sources', out], /--sources is for two-stage methods/],
    [['--omega-dropout', '0.1'], /--omega-dropout is for scalearn/],
    [['--sources', out, '--reduction-factor', '8'], /--reduction-factor is for bottleneck/],
    [['--resume', '--overwrite'], /--overwrite.*--resume/],
    [['--sources', out, '--sources', out], /'--sources <dir\.\.\.>' was given twice/],
    [[`--sources=${out}`, '--sources', out], /'--sources <dir\.\.\.>' was given twice/],
    [['--sources', ''], /'--sources <dir\.\.\.>'.*must not be empty/],
    [['--sources', out, ' '], /'--sources <dir\.\.\.>'.*must not be empty/],
    [['stray'], /too many arguments/],
    [['--layers', '3'], /layers must be a whole number from 1 to 2, not 3/],
  ])('train %j', async (more, message) => {
    // The last of two equal options is the one under test.
    const base = more[0] === '--out' ? needed.slice(0, -2) : needed;
    const outcome = await run('train', ...base, ...more);
    expect(outcome.err).toMatch(message);
    expect([outcome.code, outcome.out, existsSync(out)]).toEqual([2, '', false]);
  });

  test.each<[string[], RegExp]>([
    [['trian'], /unknown command 'trian' \(Did you mean train\?\)$/m],
    [['merge', '--model', folder], /required option '--out <dir>'/],
    [['evaluate', '--model', folder, '--split', 'dev'], /test, validation, train/],
    [
      ['evaluate', '--model', folder],
      /neither run\.json nor scalearn\.json, so --encoder and --task must be given/,
    ],
    [['help', 'nope'], /^Usage: scalearn/],
    [['--seeds', '0'], /'--seeds <n>'.*whole number of at least 1/],
    [['--seeds', '2', '--fast'], /--fast.*--seeds/],
    [['quickstart', '--target', 'wnli'], /cola, sst2/],
  ])('%j', async (args, message) => {
    const outcome = await run(...args);
    expect(outcome.err).toMatch(message);
    expect([outcome.code, outcome.out]).toEqual([2, '']);
  });

  test('an unknown task comes with a suggestion, or with where to find all', async () => {
    const outcome = await run('train', ...needed.with(5, 'glue/rta'));
    expect([outcome.code, outcome.err]).toEqual([2, expect.stringContaining('Did you mean glue/rte?')]);
    for (const name of ['reviews', 'reviews.txt'])
      expect(await run('train', ...needed.slice(0, 2), '--task', name, '--out', out)).toEqual({
        code: 2,
        out: '',
        err: `error: There is no task "${name}". Run scalearn tasks to see them all; the name of a file of your own ends in .csv, .tsv, .jsonl, .json or .parquet.\n`,
      });
  });
});

test('--version and --help are no errors', async () => {
  expect(await run('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  const help = await run('train', '--help');
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toContain('--learning-rate');
  expect(help.out).toContain('Examples:');
});

describe('failures are exit code 1, one sentence, and leave nothing', () => {
  const fails = async (args: string[], message: RegExp, code = 1): Promise<void> => {
    const outcome = await run(...args);
    expect(outcome.err).toMatch(message);
    expect(outcome.err).not.toMatch(/\n {4}at /);
    expect([outcome.code, outcome.out, existsSync(out)]).toEqual([code, '', false]);
  };

  test('no encoder', () =>
    fails(['train', ...needed.with(1, join(folder, 'none'))], /There is no folder .*none/));
  test.each(['./nope', '/nope', '~/nope', 'runs/x/nope'])('no encoder %s', async (name) => {
    const message = /There is no folder .*nope; check the path of the encoder/;
    await fails(['train', ...needed.with(1, name)], message);
    await fails(['evaluate', '--model', folder, ...needed.slice(2, 6), '--encoder', name], message);
  });
  test.each(['evaluate', 'merge'])('%s: no model', (command) =>
    fails(
      [command, '--model', join(folder, 'none'), ...(command === 'merge' ? ['--out', out] : [])],
      /There is no folder .*none/,
    ),
  );
  test('no data', () =>
    fails(['train', ...needed.with(3, folder)], /Found none of RTE\/train\.tsv, RTE\/train\.tsv\.gz/));
  test('no sources', () =>
    fails(['train', ...needed, '--sources', join(folder, 'none')], /There is no folder/));
  test('a source that is no model', () =>
    fails(['train', ...needed, '--sources', world.data], /has no adapter_config\.json/));

  test('a malformed row', async () => {
    const data = join(folder, 'malformed');
    mkdirSync(join(data, 'RTE'), { recursive: true });
    const rows = 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tmaybe\n';
    for (const file of ['train.tsv', 'dev.tsv']) writeFileSync(join(data, 'RTE', file), rows);
    await fails(['train', ...needed.with(3, data)], /RTE\/train\.tsv, line 2: the label is "maybe"/);
  });

  test('an output folder below a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await fails(['train', ...needed.with(7, join(file, 'out'))], /could not be created: .*file/);
  });

  test('an output folder with something else in it', async () => {
    await fails(['train', ...needed.with(7, world.data), '--overwrite'], /holds no run of scalearn/, 2);
    expect(existsSync(join(world.data, 'RTE', 'train.tsv'))).toBe(true);
  });

  test('--json says it on standard output too', async () => {
    const args = ['train', ...needed.with(3, folder), '--json'];
    const outcome = await run(...args);
    expect(events(outcome)).toEqual([
      { event: 'error', error: 'MissingFileError', message: outcome.err.slice(7).trim(), exitCode: 1 },
    ]);
    const usage = await run('train', '--json');
    const message =
      "required options '--encoder <name>', '--task <task>' (or '--tasks <task...>'), '--out <dir>' not specified";
    expect(events(usage)).toEqual([{ event: 'error', error: 'UsageError', message, exitCode: 2 }]);
    expect(usage.err).toBe(`error: ${message}\n`);
  });
});

describe('a trained model', () => {
  const model = join(folder, 'model');
  const evaluate = ['evaluate', '--model', model, '--device', 'onnx'];

  test('refuses another encoder, other classes, a damaged file', async () => {
    expect(await run('train', ...needed.with(7, model), ...quick)).toMatchObject({ code: 0 });
    const other = writeEncoder(join(folder, 'other'), 1.5);
    expect(await run(...evaluate, '--encoder', other)).toMatchObject({
      code: 1,
      err: expect.stringContaining('was trained on another encoder'),
    });
    expect(await run(...evaluate, '--task', 'glue/stsb')).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        '2 outputs for singleLabelClassification, glue/stsb needs 1 for regression',
      ),
    });
    expect(await run('train', ...needed, '--encoder', other).then(({ err }) => err)).toMatch(/given twice/);
    const sources = ['train', ...needed.with(1, other), '--sources', model, '--device', 'onnx', '--quiet'];
    expect(await run(...sources)).toMatchObject({
      code: 2,
      err: expect.stringContaining("source adapter 'rte' was trained on another encoder"),
    });
    writeFileSync(join(model, 'adapter.safetensors'), 'no tensors');
    expect(await run(...evaluate)).toMatchObject({ code: 1, err: expect.stringContaining('safetensors') });
    for (const file of ['adapter.safetensors', 'pytorch_adapter.bin']) rmSync(join(model, file));
    expect(await run(...evaluate)).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no adapter.safetensors and no pytorch_adapter.bin'),
    });
    writeFileSync(join(model, 'run.json'), '{');
    expect(await run(...evaluate)).toMatchObject({
      code: 1,
      err: expect.stringContaining('run.json is not JSON; the file is damaged'),
    });
  });
});

test('the encoder mini comes with the command', async () => {
  const task = ['--encoder', 'mini', '--task', 'miniglue/rte', '--out', join(folder, 'mini')];
  const outcome = await run('train', ...task, ...quick);
  expect(outcome.code, outcome.err).toBe(0);
  expect(outcome.out).toContain('saved in');
});
