// The checker of histories finds each kind of violation.
import { expect, test } from 'vitest';
import type { JobEvent, WorkEvent } from '../src/worker/events.ts';
import { type History, violations } from './support/history.ts';

const jobs = [
  { key: 'a', arguments: [], parents: [] },
  { key: 'b', arguments: [], parents: ['a'] },
];
const event = (each: JobEvent): WorkEvent => ({ worker: 'w', time: 0, ...each });
const start = (key: string, attempt: string, parents = {}): WorkEvent =>
  event({ event: 'start', key, attempt, parents, resumed: undefined });
const commit = (key: string, attempt: string, isFirst = true): WorkEvent =>
  event({ event: 'commit', key, attempt, isFirst });
const bytes = (text: string): Uint8Array => Buffer.from(text);

const good: History = {
  jobs,
  events: [start('a', 'a1'), commit('a', 'a1'), start('b', 'b1', { a: 'a1' }), commit('b', 'b1')],
  results: new Map([
    ['a', { attempt: 'a1', model: bytes('A') }],
    ['b', { attempt: 'b1', model: bytes('B') }],
  ]),
  expected: new Map([
    ['a', bytes('A')],
    ['b', bytes('B')],
  ]),
  interrupted: 0,
};

test('a history without violations', () => {
  expect(violations(good)).toEqual([]);
  // A rerun after a fault, whose late commit was not the first.
  const events = [start('a', 'a0'), ...good.events, commit('a', 'a0', false)];
  expect(violations({ ...good, events, interrupted: 1 })).toEqual([]);
  // A worker that was killed between its commit and its line.
  expect(violations({ ...good, events: good.events.toSpliced(1, 1) })).toEqual([]);
  // One that was frozen there: another worker found the result.
  const known = event({ event: 'known', key: 'a', attempt: 'a2' });
  const frozen = [start('a', 'a1'), known, ...good.events.slice(2), commit('a', 'a1')];
  expect(violations({ ...good, events: frozen })).toEqual([]);
});

test.each<[string, Partial<History>]>([
  ['b has no result', { results: new Map([...good.results].slice(0, 1)) }],
  ['the bytes of b are not', { expected: new Map([...good.expected, ['b', bytes('?')]]) }],
  ['a has 2 first commits', { events: [...good.events, commit('a', 'a1')] }],
  [
    'the result of a is not that of its first commit',
    { results: new Map([...good.results, ['a', { attempt: 'a0', model: bytes('A') }]]) },
  ],
  [
    'b started before the result of a',
    { events: [start('a', 'a1'), start('b', 'b1', { a: 'a1' }), commit('a', 'a1')] },
  ],
  [
    'b started from a0, which is not',
    { events: [start('a', 'a1'), commit('a', 'a1'), start('b', 'b1', { a: 'a0' })] },
  ],
  ['a1 of a started twice', { events: [start('a', 'a1'), ...good.events], interrupted: 1 }],
  ['b1 of b committed before its start', { events: [...good.events.slice(0, 2), commit('b', 'b1')] }],
  ['1 trainings ran again, though faults interrupted 0', { events: [start('a', 'a0'), ...good.events] }],
  [
    'a training of a died: SIGSEGV',
    { events: [...good.events, event({ event: 'died', key: 'a', attempt: 'a2', reason: 'SIGSEGV' })] },
  ],
  [
    'a failed: no data',
    {
      events: [
        ...good.events,
        event({ event: 'failed', key: 'a', attempt: 'a2', reason: 'no data', cancelled: [] }),
      ],
    },
  ],
  [
    'two attempts of a differ in model.bin',
    {
      events: [
        ...good.events,
        event({ event: 'different', key: 'a', attempt: 'a2', files: ['model.bin'], other: 'a1' }),
      ],
    },
  ],
])('%s', (message, change) => {
  expect(violations({ ...good, ...change }).join('\n')).toContain(message);
});
