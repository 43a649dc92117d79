import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskIds } from '@scalearn/datasets';
import { ownMethods } from '@scalearn/experiments/runs';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { program } from '../src/main.ts';
import { must, run } from './support/run.ts';

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);
const isHere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    writeFileSync(at(shell), (await must('completion', shell)).out);
  for (const name of ['runs', 'runs/rte', 'runs/sst2']) mkdirSync(at(name));
  writeFileSync(at('reviews.csv'), '');
});

const everything = [
  ['tra', ['train']],
  ['train --dev', ['--device']],
  ['train --device ', ['auto', 'onnx', 'reference', 'webgpu']],
  ['train --problem multi', ['multi-label']],
  ['train --method scalearn', ownMethods.all.map(({ id }) => id).filter((id) => id.startsWith('scalearn'))],
  ['train --task superglue/', taskIds.filter((id) => id.startsWith('superglue/'))],
  ['train --task rev', ['reviews.csv']],
  ['train --seed 1 --out run', ['runs']],
  ['run rev', ['reviews.csv']],
  ['methods prop', ['propetl', 'propetl-m']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['help doc', ['doctor']],
] as const;

describe.skipIf(!isHere('bash'))('bash', () => {
  /** Completes the last word as bash does, which divides words at blanks and at `=`. */
  function completed(line: string): string[] {
    const words = `scalearn ${line}`.split(/(=)| /).filter((word) => word !== undefined);
    const code = `source ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _scalearn; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['--norc', '-c', code, 'bash', ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    return out.split('\n').filter(Boolean).sort();
  }

  test.each(everything)('scalearn %s', (line, expected) => {
    expect(completed(line)).toEqual([...expected].sort());
  });

  test.each<[string, string[]]>([
    ['train --device=on', ['onnx']],
    ['train --device=', ['auto', 'onnx', 'reference', 'webgpu']],
    ['train --sources runs/rte runs/s', ['runs/sst2']],
    ['train --sources runs/rte --see', ['--seed']],
    ['train --device onnx --resu', ['--resume']],
    ['train --epochs ', []],
    ['--config rev', ['reviews.csv']],
    ['--config reviews.csv doc', ['doctor']],
    ['run --jobs 2 rev', ['reviews.csv']],
    ['frobnicate ', []],
  ])('scalearn %s', (line, expected) => expect(completed(line)).toEqual(expected));

  test('knows every command and every option', () => {
    const { commands } = program();
    expect(completed('')).toEqual([...commands.map((command) => command.name()), 'help'].sort());
    for (const command of commands) {
      const flags = [...command.options.map(({ long }) => long), '--help'];
      expect(completed(`${command.name()} --`)).toEqual(flags.sort());
    }
  });
});

test.skipIf(!isHere('fish')).each(everything)('fish: scalearn %s', (line, expected) => {
  const code = 'source ./fish; complete -C "$argv"';
  const out = execFileSync('fish', ['--no-config', '-c', code, `scalearn ${line}`], {
    cwd: folder,
    encoding: 'utf8',
  });
  const words = out.split('\n').map((each) => each.split('\t')[0]?.replace(/\/$/, ''));
  expect(words).toEqual(expect.arrayContaining([...expected]));
});

test.skipIf(!isHere('zsh'))('zsh reads its script', () => {
  const { status, stderr } = spawnSync('zsh', ['-n', at('zsh')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('another shell is refused', async () => {
  expect(await run('completion', 'tcsh')).toMatchObject({
    code: 2,
    err: expect.stringContaining('bash, zsh, fish'),
  });
  expect((await run('completion')).err).toContain("missing required argument 'shell'");
});
