// An empty project outside the repository, in which `@scalearn/*` are the built packages, without bundling and without
// resolution to sources.
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Classification } from '@scalearn/models';
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

const loader = `
import process from 'node:process';
import { requestDevice } from '@scalearn/core';
import { loadModel } from '@scalearn/models';

await using device = await requestDevice({ device: 'onnx' });
using model = await loadModel(process.argv[2], { device });
console.log(JSON.stringify(await model.classify(process.argv.slice(3))));
`;

/** Creates the project. `packages` of the workspace and the other named packages are links in its node_modules. */
export function createProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'scalearn-runtimes-'));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '@scalearn'), { recursive: true });
  for (const name of ['core', 'onnx', 'models'])
    symlinkSync(join(root, 'packages', name), join(modules, '@scalearn', name));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  copyFileSync(join(here, 'smoke.ts'), join(project, 'smoke.ts'));
  writeFileSync(join(project, 'program.ts'), program);
  writeFileSync(join(project, 'load.ts'), loader);
  return project;
}

/** Runs the smoke test on a device in a runtime. */
export const runSmoke = (project: string, runtime: string, device: string): Promise<SmokeResult> =>
  runProgram(project, runtime, ['program.ts', device]);

/** Loads a model folder in a runtime, and classifies texts. */
export const runLoad = (
  project: string,
  runtime: string,
  model: string,
  texts: readonly string[],
): Promise<Classification[]> => runProgram(project, runtime, ['load.ts', model, ...texts]);

/** Runs a program of the project, which prints JSON. */
async function runProgram<T>(
  project: string,
  runtime: string,
  [program, ...given]: readonly [string, ...string[]],
): Promise<T> {
  const command = runtimes[runtime];
  if (!command) throw new Error(`there is no runtime ${runtime}`);
  const [file, args] = command(program);
  const outcome = await run(file, [...args, ...given], { cwd: project });
  if (outcome.code !== 0) throw new Error(outcome.all);
  return JSON.parse(outcome.stdout) as T;
}
