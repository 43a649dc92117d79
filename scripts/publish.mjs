// `node scripts/publish.mjs FOLDER [options of npm publish]` publishes the packages that `npm run pack` wrote. A package
// comes after its dependencies. A version that the registry has already is left as it is, so that a second run finishes
// what a first one began. It needs only Node, npm and tar.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const [folder, ...options] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node scripts/publish.mjs FOLDER [options of npm publish]');
  process.exit(2);
}

const exec = promisify(execFile);
const npm = (...args) => exec('npm', args, { shell: process.platform === 'win32' });

const waiting = await Promise.all(
  readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => readPackage(resolve(folder, file))),
);
if (waiting.length === 0) throw new Error(`there are no .tgz files in ${folder}`);
// Packages that do not need each other are published together.
while (waiting.length > 0) {
  const names = waiting.map(({ name }) => name);
  const ready = waiting.filter(({ dependencies }) => !dependencies.some((name) => names.includes(name)));
  if (ready.length === 0) throw new Error(`packages need each other: ${names.join(', ')}`);
  const failed = (await Promise.allSettled(ready.map(publish))).filter(({ status }) => status === 'rejected');
  if (failed.length > 0) {
    for (const { reason } of failed) console.error(reason.message);
    process.exit(1);
  }
  for (const each of ready) waiting.splice(waiting.indexOf(each), 1);
}

async function readPackage(file) {
  const { stdout } = await exec('tar', ['-xzOf', file, 'package/package.json']);
  const { name, version, dependencies = {}, optionalDependencies = {} } = JSON.parse(stdout);
  return { file, name, version, dependencies: Object.keys({ ...dependencies, ...optionalDependencies }) };
}

async function publish({ file, name, version }) {
  try {
    await npm('publish', file, ...options);
    console.log(`${name}@${version}: published`);
  } catch (error) {
    if (!(await isPublished(`${name}@${version}`))) throw error;
    console.log(`${name}@${version}: was there already`);
  }
}

async function isPublished(id) {
  try {
    return (await npm('view', id, 'version')).stdout.trim() !== '';
  } catch {
    return false;
  }
}
