// `npm run bench` lists the benchmarks; `npm run bench -- NAME` runs one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, fromSource, node, root, userFolder } from './places.mjs';
import { run } from './run.mjs';

const folder = join(root, 'benchmarks');

export function bench([name, ...args]) {
  const names = benchmarks();
  if (!name) {
    const width = Math.max(0, ...names.map((each) => each.length));
    for (const each of names) console.log(`${each.padEnd(width)}  ${summary(each)}`);
    return 0;
  }
  if (!names.includes(name))
    throw new Error(`there is no benchmark "${name}"; there are ${names.join(', ') || 'none yet'}`);
  return run(node(), [fromSource, join(folder, `${name}.ts`), ...args], {
    cwd: userFolder,
    env: environment,
  });
}

/** Lists the programs directly in benchmarks/; shared code is in subfolders. */
const benchmarks = () =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();

/** Returns the first line of the comment at the start of a benchmark. */
function summary(name) {
  const text = readFileSync(join(folder, `${name}.ts`), 'utf8');
  const comment = /^\s*(?:\/\*\*?\s*|\/\/\s*)([^\n]*)/.exec(text.replace(/^#!.*\n/, ''));
  return comment?.[1]?.replace(/\s*\*\/\s*$/, '').trim() ?? '';
}
