// Every member of every interface that the packages export says what it is, and an optional one what its absence means.
import { expect, test } from 'vitest';
import { entriesOf, packages } from '../support/repository.ts';
import { publicMembers } from './documentation.ts';

const members = publicMembers(packages.flatMap(entriesOf).map(({ source }) => source));

/** Words by which comments say what holds if a member is left out. */
const absence = /\b(?:default|absent|undefined|without|if|only|unless|otherwise)\b/i;

test('every member of a public interface has a comment', () => {
  expect(members.length).toBeGreaterThan(500);
  expect(members.filter(({ comment }) => comment === '').map(({ name }) => name)).toEqual([]);
});

test('every optional member has a comment that says what holds without it', () => {
  const silent = members.filter(({ isOptional, comment }) => isOptional && !absence.test(comment));
  expect(silent.map(({ name }) => name)).toEqual([]);
});
