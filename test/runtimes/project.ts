// An empty project outside the repository, in which `@scalearn/*` are the built packages, without bundling and without
// resolution to sources.
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../support/process.ts';
import { runtimes } from '../support/project.ts';
import { root } from '../support/repository.ts';
import type { SmokeResult } from './smoke.ts';

const here = dirname(fileURLToPath(import.meta.url));

const program = `
import process from 'node:process';
import { requestDevice } from '@scalearn/core';
import { smoke } from './smoke.ts';

await using device = await requestDevice({ device: process.argv[2] });
console.log(JSON.stringify(await smoke(device)));
`;

/** Creates the project. `packages` of the workspace and the other named packages are links in its node_modules. */
export function createProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'scalearn-runtimes-'));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '@scalearn'), { recursive: true });
  for (const name of ['core', 'onnx'])
    symlinkSync(join(root, 'packages', name), join(modules, '@scalearn', name));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  copyFileSync(join(here, 'smoke.ts'), join(project, 'smoke.ts'));
  writeFileSync(join(project, 'program.ts'), program);
  return project;
}

/** Runs the smoke test on a device in a runtime. */
export async function runSmoke(project: string, runtime: string, device: string): Promise<SmokeResult> {
  const command = runtimes[runtime];
  if (!command) throw new Error(`there is no runtime ${runtime}`);
  const [file, args] = command('program.ts');
  const outcome = await run(file, [...args, device], { cwd: project });
  if (outcome.code !== 0) throw new Error(outcome.all);
  return JSON.parse(outcome.stdout) as SmokeResult;
}
