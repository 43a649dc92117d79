import { describe, expect, test } from 'vitest';
import { program } from '../src/main.ts';
import { usualCommandNames, usualOptionNames } from '../src/options/usual-names.ts';
import { run } from './support/run.ts';

const task = "'--task <task>' (or '--tasks <task...>')";

describe('one message names everything that is wrong', () => {
  test.each<[string, string]>([
    ['train', `required options '--encoder <name>', ${task}, '--out <dir>' not specified`],
    ['train --tasks a b', "required options '--encoder <name>', '--out <dir>' not specified"],
    ['train --resume', "required option '--out <dir>' not specified"],
    ['merge', "required options '--model <dir>', '--out <dir>' not specified"],
    ['data --overwrite', "required options '--task <task>', '--out <dir>' not specified"],
    ['predict', "required options '--model <dir>', '--text <text>' (or '--input <file>') not specified"],
    [
      'predict --model x --text-pair b',
      "required option '--text <text>' (or '--input <file>') not specified",
    ],
    ['run', "missing required argument 'experiment'"],
    ['report --out x', "missing required argument 'runs'; or report a store with --store"],
    // The option that was meant is not missing, and values are not read before.
    [
      'train --taks glue/rte --epochs many',
      "unknown option '--taks' (Did you mean --task?); required options '--encoder <name>', '--out <dir>' not specified",
    ],
    [
      'train --taks a --encoder e --otu o --lr 1',
      "unknown options '--taks' (Did you mean --task?), '--otu' (Did you mean --out?), '--lr' (Did you mean --learning-rate?)",
    ],
    ['run --dry x.yaml', "unknown option '--dry' (Did you mean --dry-run?)"],
    ['run --job 2', "unknown option '--job' (Did you mean --jobs?); missing required argument 'experiment'"],
    ['report runs --frobnicate', "unknown option '--frobnicate'; see scalearn report --help"],
    ['doctor --quiet=true', "unknown option '--quiet'; see scalearn doctor --help"],
    ['doctor --json=true', "unknown option '--json=true' (Did you mean --json?)"],
    ['merge --model --out x', "option '--model <dir>' needs a value"],
    ['trian --taks x', "unknown command 'trian' (Did you mean train?)"],
    ['frobnicate', "unknown command 'frobnicate' (see scalearn --help)"],
  ])('%s', async (line, message) => {
    expect(await run(...line.split(' '))).toEqual({ code: 2, out: '', err: `error: ${message}\n` });
  });
});

describe('names of other tools find the name here', () => {
  test.each<[string, string, string]>([
    ['train', '--lr', 'learning-rate'],
    ['train', '-lr', 'learning-rate'],
    ['train', '--learning_rate', 'learning-rate'],
    ['train', '--learningRate', 'learning-rate'],
    ['train', '--bs', 'batch-size'],
    ['train', '--batch', 'batch-size'],
    ['train', '--per-device-train-batch-size', 'batch-size'],
    ['train', '--per_device_train_batch_size', 'batch-size'],
    ['train', '--model-name-or-path', 'encoder'],
    ['train', '--model_name_or_path', 'encoder'],
    ['train', '--model', 'encoder'],
    ['train', '--output-dir', 'out'],
    ['train', '--output_dir', 'out'],
    ['train', '--num-train-epochs', 'epochs'],
    ['train', '--max-seq-length', 'max-length'],
    ['train', '--max_seq_length', 'max-length'],
    ['evaluate', '--model_name_or_path', 'model'],
    ['evaluate', '--max_eval_samples', 'eval-limit'],
    ['serve', '--batch-size', 'max-batch'],
    ['run', '--seed', 'seeds'],
  ])('%s %s', async (command, flag, name) => {
    const { err } = await run(command, flag, '1');
    expect(err).toContain(`unknown option '${flag}' (Did you mean --${name}?)`);
  });

  test.each([
    ['eval', 'evaluate'],
    ['finetune', 'train'],
    ['Train', 'train'],
    ['quick', 'quickstart'],
  ])('scalearn %s', async (word, name) => {
    expect((await run(word)).err).toBe(`error: unknown command '${word}' (Did you mean ${name}?)\n`);
  });

  test('every name is one of an option or a command', () => {
    const { commands } = program();
    const options = new Set(commands.flatMap((command) => command.options.map((option) => option.name())));
    expect(Object.keys(usualOptionNames).filter((name) => !options.has(name))).toEqual([]);
    const names = commands.map((command) => command.name());
    expect(Object.keys(usualCommandNames).filter((name) => !names.includes(name))).toEqual([]);
  });
});

test('a value may begin with a hyphen, and help is shown whatever else is given', async () => {
  expect((await run('train', '--weight-decay', '-0.1')).err).toContain("required options '--encoder");
  expect((await run('predict', '--model', 'none', '--text', 'a', '--', '-x')).err).toContain(
    'too many arguments',
  );
  expect((await run('predict', '--model', 'none', '--text', '-x')).err).toContain('no folder none');
  for (const flag of ['--help', '-h', '--help-all'])
    expect(await run('train', '--taks', flag)).toMatchObject({ code: 0, err: '' });
});
