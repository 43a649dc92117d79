import { describe, expect, test } from 'vitest';
import { main, program } from '../src/main.ts';
import { run } from './support/run.ts';

const commands = program().commands.map((command) => command.name());

describe('help', () => {
  test.each(['', ...commands])('of "%s" fits a screen and has an example', async (command) => {
    const { code, out, err } = await run(...command.split(' ').filter(Boolean), '--help');
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(out).toMatch(/\nExamples?:\n {2}scalearn/);
  });

  test('of a narrow terminal is as narrow', async () => {
    let out = '';
    const terminal = { out: (text: string) => (out += text), err: () => {}, interactive: true, columns: 72 };
    await main(['evaluate', '--help'], terminal as never);
    const options = out.split('\nExample')[0]!.split('\n');
    expect(Math.max(...options.map((line) => line.length))).toBeLessThanOrEqual(72);
  });

  test('leaves rare options of train to --help-all', async () => {
    const [short, all] = [await run('train', '--help'), await run('train', '--help-all')];
    expect(all).toMatchObject({ code: 0, err: '' });
    const flags = (text: string): string[] => text.match(/^ {2}(?:-h, )?--[\w-]+/gm) ?? [];
    const options = program().commands.find((command) => command.name() === 'train')?.options ?? [];
    expect(flags(all.out)).toHaveLength(options.length + 1);
    expect(flags(short.out).length).toBeLessThan(options.length - 8);
    expect(short.out).not.toContain('--omega-dropout');
    expect(all.out).toContain('--omega-dropout');
    // Asked for again, it is short again.
    expect((await run('train', '--help')).out).toBe(short.out);
  });
});

const needed = ['train', '--encoder', 'e', '--task', 't', '--out', 'o'];

describe('what was mistyped comes with what was meant', () => {
  test.each<[string[], string]>([
    [['evalute'], '(Did you mean evaluate?)'],
    [['predct', '--model', 'x'], '(Did you mean predict?)'],
    [[...needed, '--epoch', '3'], '(Did you mean --epochs?)'],
    [[...needed, '--omega-dropot', '0.1'], '(Did you mean --omega-dropout?)'],
    [[...needed, '--method', 'scalern'], 'Did you mean scalearn?'],
    [[...needed, '--method', 'scalearn-unifrom++'], 'Did you mean scalearn-uniform++?'],
    [[...needed, '--device', 'onx'], 'Did you mean onnx?'],
    [[...needed, '--problem', 'multilabel'], 'Did you mean multi-label?'],
    [['evaluate', '--model', 'm', '--split', 'tset'], 'Did you mean test?'],
    [['predict', '--model', 'm', '--text', 't', '--format', 'json'], 'Did you mean jsonl?'],
    [['data', '--task', 'glue/rta', '--out', 'x'], 'Did you mean glue/rte?'],
  ])('%j', async (args, message) => {
    const outcome = await run(...args);
    expect(outcome.err).toContain(message);
    expect([outcome.code, outcome.out]).toEqual([2, '']);
  });
});
