// Runs every code block of the guides: programs with the packages' sources, shell lines with the command. Blocks that
// cannot be run state the reason in the line of their fence. The blocks of a page run in order in one project. Pages
// with the same preparations share it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesNeed } from './support/example.ts';
import { createGuideProject, type GuideProject } from './support/guide-project.ts';
import { codeBlocks, preparations } from './support/markdown.ts';
import { root } from './support/repository.ts';

const runnable = ['ts', 'sh', 'bash'];
const folder = join(root, 'docs/guide');
const pages = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const blocks = codeBlocks(text);
    const run = blocks.filter(({ language, noRun }) => runnable.includes(language) && noRun === undefined);
    return { name, text, blocks, run };
  });
const needsMini = /assets-mini|quickstart/;

test('a block that is not run says why', () => {
  const all = pages.flatMap(({ name, blocks }) => blocks.map((block) => ({ name, ...block })));
  const skipped = all.filter(({ noRun }) => noRun !== undefined);
  console.log(skipped.map(({ name, line, noRun }) => `${name}:${line} is not run: ${noRun}`).join('\n'));
  for (const { name, line, noRun } of skipped) expect(noRun?.length, `${name}:${line}`).toBeGreaterThan(5);
  // Fails if a wrong expression finds no blocks.
  expect(all.length - skipped.length).toBeGreaterThan(10);
});

test('the operation of the guide is the example’s', () => {
  const shown = pages.find(({ name }) => name === 'add-an-operation.md')?.blocks;
  const file = readFileSync(join(root, 'examples/custom-operation/rms-norm.ts'), 'utf8');
  expect(shown?.find((block) => block.file === 'rms-norm.ts')?.text).toBe(file);
});

test('the family of encoders of the guide is the one that is tested with every method', () => {
  const shown = pages.find(({ name }) => name === 'add-an-encoder-family.md')?.blocks;
  const file = readFileSync(join(root, 'test/families/pre-norm.ts'), 'utf8');
  expect(shown?.find((block) => block.file === 'pre-norm.ts')?.text).toBe(file);
});

test('parts of files that a guide shows are what the files have', () => {
  const parts = pages.flatMap(({ blocks }) =>
    blocks.flatMap(({ text, noRun }) => {
      const [, file] = /^a part of (\S+)$/.exec(noRun ?? '') ?? [];
      return file === undefined ? [] : [{ text, file }];
    }),
  );
  expect(parts.length).toBeGreaterThan(0);
  for (const { text, file } of parts) expect(readFileSync(join(root, file), 'utf8'), file).toContain(text);
});

const projects = new Map<string, GuideProject>();
afterAll(() => {
  for (const { folder: project } of projects.values()) rmSync(project, { recursive: true });
});

/** Returns the project of a page with the files that it shows. Preparations are run once. */
async function projectOf({ name, text, blocks }: (typeof pages)[number]): Promise<GuideProject> {
  const commands = preparations(text);
  const key = commands.join('\n') || name;
  const known = projects.get(key);
  const project = known ?? createGuideProject();
  projects.set(key, project);
  for (const { file, text: content } of blocks)
    if (file !== undefined) {
      mkdirSync(dirname(join(project.folder, file)), { recursive: true });
      writeFileSync(join(project.folder, file), content);
    }
  if (!known) for (const command of commands) await project.runShell(command);
  return project;
}

const pagesWithCode = pages.filter(({ run }) => run.length > 0);
describe.each(pagesWithCode)('$name', (page) => {
  const skip = needsMini.test(page.text) ? examplesNeed : undefined;
  let project: GuideProject;

  beforeAll(async () => {
    if (!skip) project = await projectOf(page);
  }, 240_000);

  test.for(page.run)('$language in line $line', { timeout: 240_000 }, async (block, context) => {
    if (skip) return context.skip(skip);
    if (block.language !== 'ts') {
      await project.runShell(block.text);
      return;
    }
    const file = block.file ?? `line-${block.line}.ts`;
    writeFileSync(join(project.folder, file), block.text);
    await project.runProgram(file);
  });
});
