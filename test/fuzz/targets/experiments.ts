import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { readExperiment } from '../../../packages/experiments/src/experiment/read-experiment.ts';
import { expand } from '../../../packages/experiments/src/plan/expand.ts';
import { mutatedText } from '../harness/mutate-text.ts';
import { type FuzzTarget, fileOf, utf8 } from '../harness/target.ts';

const folder = fileURLToPath(new URL('../../../experiments/', import.meta.url));

/** YAML features that experiments do not need. */
const oddities: readonly string[] = [
  ...['a: &a [1,2]\nb: [*a,*a]', '? [complex]\n: x', '!!binary "aGk="', '!!js/function "x"', '&a a: *a'],
  ...[
    '<<: {__proto__: {polluted: 1}}',
    '__proto__: {polluted: 1}',
    'constructor: {prototype: {polluted: 1}}',
  ],
  ...[
    '%YAML 1.1\n---',
    '- - - - - -',
    '"\\x00"',
    '!!set {a, b}',
    '!!timestamp 2001-01-01',
    '[[[[[[',
    '{{{{{{',
  ],
  ...['0x1f: 0o7', '.inf: .nan', 'tasks: &t [*t]', `x: ${'['.repeat(1000)}`, 'seeds: [0, -1, 1e99]'],
  `a: &a [1]\nb:\n${'- *a\n'.repeat(300)}`,
];

/** A memory-backed disk, which Linux has. */
const memory = '/dev/shm';

/** A folder for parsers that read from disk. It is removed when the process ends. */
export function scratch(): string {
  const path = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'scalearn-fuzz-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const experiment = (): FuzzTarget => {
  const path = join(scratch(), 'experiment.yaml');
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .sort((a, b) => a.length - b.length)
    .slice(0, 4);
  const withOddity = fc
    .tuple(fc.constantFrom(...texts), fc.nat(200), fc.constantFrom(...oddities))
    .map(([text, at, oddity]) => {
      const lines = text.split('\n');
      const line = at % lines.length;
      const indent = /^ */.exec(lines[line] ?? '')?.[0] ?? '';
      return lines.toSpliced(line, at % 2, ...oddity.split('\n').map((each) => indent + each)).join('\n');
    });
  return {
    valid: texts.map((text) => ({ 'experiment.yaml': utf8(text) })),
    generate: fc
      .oneof(mutatedText(fc.constantFrom(...texts)), withOddity, mutatedText(withOddity))
      .map((text) => ({ 'experiment.yaml': utf8(text) })),
    async parse(files) {
      writeFileSync(path, fileOf(files, 'experiment.yaml'));
      expand(await readExperiment(path));
    },
  };
};
