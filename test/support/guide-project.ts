// A project in which the guides' code runs as on a reader's machine. The packages are installed as their sources.
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { mustRun, type Outcome } from './process.ts';
import { packages, root } from './repository.ts';

const node = join(root, 'node_modules/.bin/node');
const source = '--conditions=@scalearn/source';

export interface GuideProject {
  readonly folder: string;
  /** Runs a TypeScript program. */
  runProgram(file: string): Promise<Outcome>;
  /** Runs shell lines. The first one that fails ends the run. */
  runShell(lines: string): Promise<Outcome>;
}

export function createGuideProject(): GuideProject {
  const folder = mkdtempSync(join(tmpdir(), 'scalearn-guide-'));
  const modules = join(folder, 'node_modules');
  const bin = join(modules, '.bin');
  for (const each of [bin, join(modules, '@scalearn'), join(modules, '@huggingface')])
    mkdirSync(each, { recursive: true });
  for (const each of packages) symlinkSync(each.folder, join(modules, each.name));
  for (const name of ['onnxruntime-node', '@huggingface/transformers'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));

  const program = (name: string, line: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('scalearn', `exec "${node}" ${source} "${join(root, 'packages/cli/src/bin.ts')}" "$@"`);
  // As npx does for programs of the project, without its start of half a second. The packages' tests use the real one.
  program('npx', 'exec "$@"');
  // `npm start -- ARGUMENTS` works as in a clone of the repository.
  const manifest = { private: true, type: 'module', scripts: { start: 'scalearn' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));

  const env = {
    PATH: [bin, process.env.PATH].join(delimiter),
    SCALEARN_DEVICE: 'onnx',
    HF_HUB_OFFLINE: '1',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  const options = { cwd: folder, env };
  return {
    folder,
    runProgram: (file) => mustRun(node, [source, file], options),
    runShell: (lines) => mustRun('bash', ['-euo', 'pipefail', '-c', lines], options),
  };
}
