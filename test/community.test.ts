// The files that the repository's host shows to people: how to cite, to ask, and to report.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from './support/repository.ts';

const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

interface Author {
  readonly name?: string;
  readonly 'given-names'?: string;
  readonly 'family-names'?: string;
}

test('the citation has the fields that its format requires, of the software and of the paper', () => {
  const citation = parse(read('CITATION.cff'));
  const { authors, references, ...fields } = citation as {
    authors: Author[];
    references: { authors: Author[] }[];
  };
  // Unknown fields are refused by the format, so that a typing error shows.
  expect(fields).toEqual({
    'cff-version': '1.2.0',
    message: expect.stringMatching(/\w/),
    type: 'software',
    title: 'ScaLearn for JavaScript',
    abstract: expect.stringMatching(/\w/),
    license: 'MIT',
    'repository-code': expect.stringMatching(/^https:\/\/github\.com\//),
    keywords: expect.arrayContaining(['transfer learning']),
  });
  expect(authors).toEqual([{ name: expect.stringMatching(/\w/) }]);
  expect(references).toEqual([
    {
      type: 'conference-paper',
      title: 'ScaLearn: Simple and Highly Parameter-Efficient Task Transfer by Learning to Scale',
      authors: expect.any(Array),
      'collection-title': expect.stringMatching(/ACL 2024$/),
      'collection-type': 'proceedings',
      publisher: { name: expect.stringMatching(/\w/) },
      conference: { name: expect.stringMatching(/\w/) },
      year: 2024,
      start: 11743,
      end: 11776,
      url: expect.stringMatching(/^https:\/\/aclanthology\.org\//),
      identifiers: [{ type: 'other', value: 'arXiv:2310.01217', description: expect.stringMatching(/\w/) }],
    },
  ]);
  const names = references[0]?.authors.map((each) => `${each['given-names']} ${each['family-names']}`);
  expect(names?.join(', ')).toBe(
    'Markus Frohmann, Carolin Holtermann, Shahed Masoudian, Anne Lauscher, Navid Rekabsaz',
  );
});

const forms = readdirSync(join(root, '.github/ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');

test.each(forms)('the form %s is complete', (name) => {
  const { body, ...form } = parse(read('.github/ISSUE_TEMPLATE', name));
  expect(form).toEqual({
    name: expect.any(String),
    description: expect.any(String),
    labels: [expect.any(String)],
  });
  const ids = new Set<string>();
  for (const { type, id, attributes, validations, ...rest } of body) {
    expect(['input', 'textarea']).toContain(type);
    expect(id).toMatch(/^[a-z]+$/);
    expect(attributes.label).toMatch(/\w/);
    const known = new Set(['label', 'description', 'placeholder', 'render']);
    expect(Object.keys(attributes).filter((key) => !known.has(key))).toEqual([]);
    expect(validations ?? { required: false }).toEqual({ required: expect.any(Boolean) });
    expect(rest).toEqual({});
    ids.add(id);
  }
  expect(ids.size).toBe(body.length);
});

test('who reports a fault is asked what the doctor says; who has a question is sent on', () => {
  expect(forms).toEqual(['bug.yml', 'feature.yml']);
  const { body } = parse(read('.github/ISSUE_TEMPLATE/bug.yml'));
  expect(body).toContainEqual(
    expect.objectContaining({
      attributes: expect.objectContaining({
        label: expect.stringContaining('scalearn doctor'),
        render: 'text',
      }),
      validations: { required: true },
    }),
  );
  const { blank_issues_enabled, contact_links } = parse(read('.github/ISSUE_TEMPLATE/config.yml'));
  expect(blank_issues_enabled).toBe(false);
  expect(contact_links.map(({ name }: { name: string }) => name)).toEqual(['A question', 'A vulnerability']);
});

test('readers find these pages, and the pages that they name', () => {
  const linked = (page: string): string[] =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
  expect(linked('README.md')).toEqual(
    expect.arrayContaining(['CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md', 'CITATION.cff']),
  );
  for (const page of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'])
    for (const target of linked(page))
      expect(existsSync(join(root, target)), `${page}: ${target}`).toBe(true);
});
