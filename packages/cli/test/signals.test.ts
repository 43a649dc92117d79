import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { start } from './support/run.ts';

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while modules are loading is an interruption',
  async (signal) => {
    // When that is depends on the machine: before it nothing can handle a signal, after it the command is done.
    const said = new Set<string>();
    for (let attempt = 0; attempt < 100 && said.size === 0; attempt++) {
      const running = start(['--version']);
      void setTimeout(20 + 10 * (attempt % 30)).then(() => running.process.kill(signal));
      const { code, err } = await running.ended;
      if (code === 130) said.add(err);
    }
    expect([...said]).toEqual(['Interrupted before anything had begun.\n']);
  },
);
